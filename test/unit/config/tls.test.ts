import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { configTable } from '../../../src/cli/config/config-table.js';
import { makeCertificate } from '../../support/certificate.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { inForce, problems } from './support.js';

describe('certificates in the configuration', () => {
  let directory: TemporaryDirectory;
  let said: Parameters<typeof inForce>[0];

  before(async () => {
    directory = await temporaryDirectory();
    makeCertificate(directory.path, 'one');
    makeCertificate(directory.path, 'other');
    writeFileSync(path.join(directory.path, 'none'), 'nothing');
    said = { cwd: directory.path, readFile: (name) => readFileSync(name, 'utf8') };
  });

  after(() => directory.remove());

  const flags = (certificate: string, key: string) => ({
    '--tls-certificate': certificate,
    '--tls-key': key,
  });

  it('are read from their files, and their keys are not shown', () => {
    const loaded = inForce({ ...said, flags: flags('one.crt', 'one.key') });
    expect(loaded.tls?.certificate).to.match(/^-----BEGIN CERTIFICATE-----/);
    expect(loaded.tls?.key.reveal()).to.match(/PRIVATE KEY/);
    let text = '';
    configTable(loaded, { json: true, stdout: { write: (part) => (text += part) } });
    for (const seen of [text, inspect(loaded, { depth: 10, showHidden: true }), JSON.stringify(loaded)]) {
      expect(seen).to.not.include('PRIVATE KEY');
    }
    expect(inForce(said).tls).to.equal(undefined);
  });

  it('are refused on a Unix socket', () => {
    const given = { ...flags('one.crt', 'one.key'), '--host': 'unix:/run/heartbeat.sock' };
    expect(problems({ ...said, flags: given })).to.deep.equal([
      'tls.certificate: a Unix socket has no TLS: leave it out, or listen on an address (from --tls-certificate)',
      'tls.key: a Unix socket has no TLS: leave it out, or listen on an address (from --tls-key)',
    ]);
    expect(inForce({ ...said, flags: { '--host': 'unix:/run/heartbeat.sock' } }).config).to.include({
      host: 'unix:/run/heartbeat.sock',
      unix_socket_mode: '600',
    });
  });

  it('of addresses are refused on a Unix socket, and a path that is not absolute', () => {
    const host = { '--host': 'unix:/run/heartbeat.sock' };
    expect(
      problems({
        ...said,
        flags: { ...host, '--trusted-proxies': '10.0.0.0/8', '--limits-rate-per-address': '9' },
      }),
    ).to.deep.equal([
      'trusted_proxies: a Unix socket has no addresses that could be trusted: leave it out, or listen on an address (from --trusted-proxies)',
      'limits.rate_per_address: a Unix socket has no addresses: leave it out, or listen on an address (from --limits-rate-per-address)',
    ]);
    for (const wrong of ['unix:', 'unix:run/x.sock', 'unix:@x'])
      expect(problems({ ...said, flags: { '--host': wrong } }).join('\n'), wrong).to.match(
        /^host: must be a host name, an IP address, or unix: and an absolute path/,
      );
    // YAML has read 0o660 and 0o600 so.
    for (const wrong of ['432', '384', '066'])
      expect(
        problems({ ...said, flags: { ...host, '--unix-socket-mode': wrong } }).join('\n'),
        wrong,
      ).to.match(/^unix_socket_mode: must be an access mode/);
  });

  it('are refused if they are unusable', () => {
    for (const [given, expected] of [
      [{ '--tls-certificate': 'one.crt' }, 'tls.key: must be given with tls.certificate (from default)'],
      [{ '--tls-key': 'one.key' }, 'tls.certificate: must be given with tls.key (from default)'],
      [
        flags('two.crt', 'one.key'),
        'tls.certificate: the file two.crt cannot be read: there is no such file (from --tls-certificate)',
      ],
      [
        flags('none', 'one.key'),
        'tls.certificate: the file none has no certificate in PEM (from --tls-certificate)',
      ],
      [
        flags('one.crt', 'other.key'),
        'tls.key: the file other.key has no private key for that certificate in PEM without a passphrase (from --tls-key)',
      ],
      [
        flags('one.crt', 'none'),
        'tls.key: the file none has no private key for that certificate in PEM without a passphrase (from --tls-key)',
      ],
    ] as const) {
      expect(problems({ ...said, flags: given })).to.deep.equal([expected]);
    }
  });
});

describe('cors.origins', () => {
  it('are a list, or a text with commas', () => {
    const origins = ['https://app.example.org', 'http://localhost:8080'];
    expect(inForce({ file: `cors: { origins: [${origins.join(', ')}] }` }).config.cors.origins).to.deep.equal(
      origins,
    );
    expect(
      inForce({ env: { HEARTBEAT_CORS_ORIGINS: origins.join(', ') } }).config.cors.origins,
    ).to.deep.equal(origins);
    expect(inForce({ flags: { '--cors-origins': '*' } }).config.cors.origins).to.deep.equal(['*']);
    for (const wrong of [
      'https://app.example.org/',
      'app.example.org',
      '',
      'https://*.example.org',
      'ftp://x',
    ]) {
      expect(problems({ flags: { '--cors-origins': wrong } })[0]).to.match(
        /^cors\.origins: must be a list of origins/,
      );
    }
  });
});
