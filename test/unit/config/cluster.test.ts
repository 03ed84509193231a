import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { makeCertificate } from '../../support/certificate.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { inForce, problems } from './support.js';

const STORE = 'postgres://heartbeat@127.0.0.1/heartbeat';
const NAMED = { '--cluster-name': 'a' };
const WHOLE = {
  ...NAMED,
  '--cluster-advertise': 'https://10.0.0.1:3519/',
  '--cluster-etcd-endpoints': 'http://127.0.0.1:2379, http://127.0.0.1:2389',
  '--store': STORE,
  '--partitions': '4',
};
const SECURE = { ...WHOLE, '--cluster-etcd-endpoints': 'https://10.0.0.11:2379' };

describe('a cluster in the configuration', () => {
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

  const refused = (flags: Readonly<Record<string, string>>): readonly string[] =>
    problems({ ...said, flags });

  it('is none by default', () => {
    expect(inForce().cluster).to.equal(undefined);
  });

  it('has a name, a URL, and an etcd', () => {
    expect(inForce({ ...said, flags: WHOLE }).cluster).to.deep.equal({
      name: 'a',
      advertise: 'https://10.0.0.1:3519',
      etcd: {
        endpoints: ['http://127.0.0.1:2379', 'http://127.0.0.1:2389'],
        prefix: '/heartbeat',
        tls: { ca: undefined, client: undefined },
      },
    });
  });

  it('is written as a section of the file', () => {
    const file = `
store: ${STORE}
partitions: 16
cluster:
  name: b
  advertise: https://10.0.0.2:3519
  etcd: { endpoints: [https://10.0.0.11:2379, https://10.0.0.12:2379], prefix: /two }
`;
    const { cluster } = inForce({ file });
    expect(cluster).to.include({ name: 'b', advertise: 'https://10.0.0.2:3519' });
    expect(cluster?.etcd).to.deep.include({
      endpoints: ['https://10.0.0.11:2379', 'https://10.0.0.12:2379'],
      prefix: '/two',
    });
  });

  it('shows a certificate to etcd, whose key is not shown to anybody', () => {
    const loaded = inForce({
      ...said,
      flags: {
        ...SECURE,
        '--cluster-etcd-ca-file': 'other.crt',
        '--cluster-etcd-certificate': 'one.crt',
        '--cluster-etcd-key': 'one.key',
      },
    });
    const tls = loaded.cluster?.etcd.tls;
    expect(tls?.ca).to.match(/^-----BEGIN CERTIFICATE-----/);
    expect(tls?.client?.certificate).to.match(/^-----BEGIN CERTIFICATE-----/);
    expect(tls?.client?.key.reveal()).to.match(/PRIVATE KEY/);
    for (const seen of [inspect(loaded, { depth: 10, showHidden: true }), JSON.stringify(loaded)])
      expect(seen).to.not.include('PRIVATE KEY');
  });

  it('cannot work without a URL, an etcd, a database and partitions', () => {
    expect(refused(NAMED)).to.deep.equal([
      'cluster.advertise: must be given with cluster.name (from default)',
      'cluster.etcd.endpoints: must be given with cluster.name (from default)',
      'store: must be the URL of a PostgreSQL database with cluster.name: no other member reaches data_dir (from default)',
      'partitions: must be 2 or more with cluster.name: each is owned by one member (from default)',
    ]);
  });

  for (const [flag, value] of [
    ['--cluster-advertise', 'https://10.0.0.1'],
    ['--cluster-etcd-endpoints', 'http://10.0.0.1:2379'],
    ['--cluster-etcd-prefix', '/other'],
    ['--cluster-etcd-key', 'one.key'],
  ] as const)
    it(`cannot work without a name: ${flag}`, () => {
      const key = flag.slice(2).replace('cluster-', 'cluster.').replace('etcd-', 'etcd.');
      expect(refused({ [flag]: value })).to.deep.equal([
        `cluster.name: must be given with ${key} (from default)`,
      ]);
    });

  for (const name of ['', 'a/b', 'a b', '.a', 'a-', 'é', 'x'.repeat(64)])
    it(`refuses a bad name: ${JSON.stringify(name.slice(0, 9))}`, () => {
      expect(refused({ ...WHOLE, '--cluster-name': name })[0]).to.match(/^cluster\.name: must be a name of/);
    });

  for (const url of ['10.0.0.1:2379', 'ftp://10.0.0.1', 'http://10.0.0.1:2379/v3', 'http://a@10.0.0.1', ''])
    it(`refuses a bad URL of etcd: ${JSON.stringify(url)}`, () => {
      expect(refused({ ...WHOLE, '--cluster-etcd-endpoints': url })[0]).to.match(
        /^cluster\.etcd\.endpoints: must be a list of URLs/,
      );
    });

  it('refuses a bad URL of its own, and a bad prefix', () => {
    expect(refused({ ...WHOLE, '--cluster-advertise': '10.0.0.1:3520' })[0]).to.match(
      /^cluster\.advertise: must be an http or https URL/,
    );
    for (const prefix of ['', '/', '/a/', 'a b'])
      expect(refused({ ...WHOLE, '--cluster-etcd-prefix': prefix })[0]).to.match(
        /^cluster\.etcd\.prefix: must be a text/,
      );
  });

  it('refuses files that are missing, hold something else, or have no use', () => {
    const files = (ca: string, certificate?: string, key?: string): Readonly<Record<string, string>> => ({
      ...SECURE,
      '--cluster-etcd-ca-file': ca,
      ...(certificate !== undefined && { '--cluster-etcd-certificate': certificate }),
      ...(key !== undefined && { '--cluster-etcd-key': key }),
    });
    expect(refused(files('missing.crt'))[0]).to.match(
      /^cluster\.etcd\.ca_file: the file .*missing\.crt cannot be read/,
    );
    expect(refused(files('none'))[0]).to.match(/^cluster\.etcd\.ca_file: must have certificates in PEM/);
    expect(refused(files('one.crt', 'one.crt'))[0]).to.equal(
      'cluster.etcd.key: must be given with cluster.etcd.certificate (from default)',
    );
    expect(refused(files('one.crt', 'one.crt', 'missing.key'))[0]).to.match(
      /^cluster\.etcd\.key: the file missing\.key cannot be read/,
    );
    expect(refused(files('one.crt', 'one.crt', 'other.key'))[0]).to.match(
      /^cluster\.etcd\.key: the file other\.key has no private key for that certificate/,
    );
    expect(refused({ ...WHOLE, '--cluster-etcd-ca-file': 'one.crt' })).to.deep.equal([
      'cluster.etcd.ca_file: has no use without https in cluster.etcd.endpoints (from --cluster-etcd-ca-file)',
    ]);
  });
});
