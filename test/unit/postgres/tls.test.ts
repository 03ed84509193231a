import { expect } from 'chai';
import { Primary } from '../../../src/adapters/postgres/primary.js';
import { parsePostgresUrl } from '../../../src/adapters/postgres/postgres-url.js';
import { makeSignedCertificate } from '../../support/certificate.js';
import { eventually } from '../../support/eventually.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

describe('an encrypted connection to PostgreSQL', () => {
  let postgres: PostgresProcess;
  let authority: string;
  before(async () => {
    const directory = await temporaryDirectory();
    const signed = makeSignedCertificate(directory.path);
    await directory.remove();
    authority = signed.authority;
    postgres = await PostgresProcess.start('fsync=off');
    await postgres.certify(signed);
    await eventually(() => isEncrypted('127.0.0.1', 'require'));
  });
  after(() => postgres.remove());

  async function isEncrypted(host: string, mode: string, ca?: string): Promise<boolean> {
    const url = `postgres://postgres@${host}:${String(postgres.port)}/postgres?sslmode=${mode}`;
    const primary = await Primary.connect({ ...parsePostgresUrl(url), ca });
    const { rows } = await primary.query<{ ssl: boolean }>({
      text: 'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
    });
    await primary.end();
    return rows[0]?.ssl === true;
  }

  async function refusal(host: string, mode: string, ca?: string): Promise<string> {
    const error = await isEncrypted(host, mode, ca).catch((reason: unknown) => reason);
    const said = error instanceof AggregateError ? error.errors.join() : String(error);
    return error instanceof Error ? said : 'it was not refused';
  }

  it('is made with a server that a known authority certifies by its name', async () => {
    expect(await isEncrypted('127.0.0.1', 'verify-full', authority)).to.equal(true);
    expect(await refusal('localhost', 'verify-full', authority)).to.match(/does not match certificate/);
    expect(await refusal('127.0.0.1', 'verify-full')).to.match(/unable to verify|self-signed/);
  });

  it('is made whatever its name is with verify-ca, and with require where an authority is named', async () => {
    for (const mode of ['verify-ca', 'require']) {
      expect(await isEncrypted('localhost', mode, authority)).to.equal(true);
      expect(await refusal('127.0.0.1', mode, undefined)).to.match(
        mode === 'require' ? /it was not refused/ : /unable to verify|self-signed/,
      );
    }
  });

  it('is not made with disable', async () => {
    expect(await isEncrypted('127.0.0.1', 'disable')).to.equal(false);
  });
});
