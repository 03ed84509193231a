import { expect } from 'chai';
import { inspect } from 'node:util';
import { configTable } from '../../../src/cli/config/config-table.js';
import type { Effective } from '../../../src/config/load-config.js';
import { secretsIn } from '../../../src/config/redacted-secrets.js';
import { makeCertificate } from '../../support/certificate.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { readFileSync } from 'node:fs';
import { inForce, problems } from './support.js';

const URL_WITHOUT = 'postgres://me@db.example.org/heart';
const URL_WITH = 'postgres://me:opensesame@db.example.org/heart?sslmode=require';

function passwordOf({ store }: Effective): string | undefined {
  return store.kind === 'postgres' ? store.address.password?.reveal() : undefined;
}

describe('where histories are stored', () => {
  it('is the data directory by default', () => {
    expect(inForce({ flags: { '--data-dir': '/srv' } }).store).to.deep.equal({
      kind: 'leveldb',
      directory: '/srv',
    });
  });

  it('is a database by its URL, with a password from it, a variable or a file', () => {
    expect(passwordOf(inForce({ flags: { '--store': URL_WITH } }))).to.equal('opensesame');
    const env = {
      HEARTBEAT_STORE: URL_WITHOUT,
      HEARTBEAT_STORE_PASSWORD_ENV: 'HEARTBEAT_DB',
      HEARTBEAT_DB: 'x',
    };
    expect(passwordOf(inForce({ env }))).to.equal('x');
    const file = `store: ${URL_WITHOUT}\nstore_password_file: /run/secrets/db\n`;
    const readFile = (path: string) => (path === '/run/secrets/db' ? 'sesame\n' : file);
    expect(passwordOf(inForce({ file, readFile }))).to.equal('sesame');
  });

  it('is shown without the password', () => {
    const loaded = inForce({ flags: { '--store': URL_WITH } });
    const shown = 'postgres://me@db.example.org:5432/heart?sslmode=require';
    for (const json of [true, false]) {
      let text = '';
      configTable(loaded, { json, stdout: { write: (part) => (text += part) } });
      expect(text).to.include(shown).and.not.include('opensesame');
    }
    expect(inspect(loaded.store, { depth: 10, showHidden: true })).not.to.include('opensesame');
    expect(secretsIn(loaded).map((secret) => secret.reveal())).to.include('opensesame');
  });

  it('is named in the log by its URL, unless that has the password in it', () => {
    const revealed = (loaded: Effective): string[] => secretsIn(loaded).map((secret) => secret.reveal());
    expect(revealed(inForce({ flags: { '--store': URL_WITH } }))).to.have.members(['opensesame', URL_WITH]);
    const env = { HEARTBEAT_STORE_PASSWORD_ENV: 'HEARTBEAT_DB', HEARTBEAT_DB: 'opensesame' };
    expect(revealed(inForce({ flags: { '--store': URL_WITHOUT }, env }))).to.deep.equal(['opensesame']);
  });

  it('may be certified by an authority of its own', async () => {
    const directory = await temporaryDirectory();
    makeCertificate(directory.path, 'one');
    const { store } = inForce({
      cwd: directory.path,
      readFile: (path) => readFileSync(path, 'utf8'),
      flags: { '--store': URL_WITHOUT, '--store-ca-file': 'one.crt' },
    });
    await directory.remove();
    expect(store)
      .to.have.nested.property('address.ca')
      .that.matches(/^-----BEGIN CERTIFICATE-----/);
    expect(store).to.have.nested.property('address.sslMode', 'verify-full');
  });

  for (const [given, ...expected] of [
    [
      { '--store': 'postgress://me:opensesame@db/heart' },
      'store: must be leveldb or the postgres:// URL of a database, not the one given (from --store)',
    ],
    [
      { '--store': 'postgres://me:opensesame@db?ssl=1' },
      'store: has an unknown parameter; known are sslmode and target_session_attrs (from --store)',
      'store: must name a database: postgres://user@host/database (from --store)',
    ],
    [
      { '--store-password-env': 'DB', '--store-ca-file': 'x' },
      'store_ca_file: is only for a database: set store to its URL (from --store-ca-file)',
      'store_password_env: is only for a database: set store to its URL (from --store-password-env)',
    ],
    [
      { '--store': URL_WITHOUT, '--store-password-env': 'DB', '--port': '-1' },
      'port: must be a whole number between 0 and 65535, not -1 (from --port)',
      'store_password_env: the variable DB is not set (from --store-password-env)',
    ],
    [
      { '--store': URL_WITHOUT, '--store-password-env': 'DB', '--store-password-file': 'x' },
      'store_password_env: must be set only once, not as store_password_env and store_password_file (from --store-password-env)',
    ],
    [
      { '--store': URL_WITH, '--store-password-env': 'PASSWORD' },
      'store: must not have a password: another option gives one (from --store)',
    ],
    [
      { '--store': URL_WITHOUT, '--store-password-file': 'none', '--store-ca-file': 'none' },
      'store_password_file: the file none cannot be read: there is no such file (from --store-password-file)',
      'store_ca_file: the file none cannot be read: there is no such file (from --store-ca-file)',
    ],
  ] as const) {
    it(`is refused: ${Object.keys(given).join(' ')}, ${expected[0]}`, () => {
      const readFile = (): string => {
        throw new Error('there is no such file');
      };
      const said = problems({ flags: given, env: { PASSWORD: 'other' }, readFile });
      expect(said).to.deep.equal(expected);
      expect(said.join()).not.to.include('opensesame');
    });
  }

  it('is asked for by a name that is nearly right', () => {
    expect(problems({ file: 'stores: leveldb' })).to.deep.equal([
      'stores: unknown option; did you mean store? (from /etc/heartbeat.yaml:1)',
    ]);
  });
});
