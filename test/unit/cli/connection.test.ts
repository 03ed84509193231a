import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { configuredAddress } from '../../../src/cli/daemon/configured-address.js';
import { connectionOf, type Connection, type GivenConnection } from '../../../src/cli/daemon/connection.js';
import { urlOf } from '../../../src/cli/daemon/daemon-url.js';
import { profilePath, WrongProfile } from '../../../src/cli/daemon/profile.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { makeCertificate } from '../../support/certificate.js';
import { TestResources } from '../../support/test-resources.js';

const PROFILES = `
default: { url: 'https://a.example.org', key: hbk_a }
other: { url: 'https://b.example.org/', key: hbk_b }
open: { url: 'http://c.example.org' }
`;

describe('where a command finds the daemon', () => {
  const resources = new TestResources();
  let directory: string;

  beforeEach(() => {
    directory = resources.directory();
  });

  afterEach(() => resources.clear());

  function profiles(text: string, mode = 0o600): string {
    const file = profilePath({ XDG_CONFIG_HOME: directory });
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  const find = (given: GivenConnection, env: Record<string, string> = {}): Promise<Connection> =>
    connectionOf(given, { XDG_CONFIG_HOME: directory, ...env });

  const problem = async (given: GivenConnection = {}): Promise<string> => {
    const error: unknown = await find(given).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(WrongProfile);
    return (error as Error).message;
  };

  it('is by --url, the environment, the profile default, and the configuration, in this order', async () => {
    expect(await find({})).to.deep.equal({ url: 'http://127.0.0.1:3519', key: undefined });
    expect(
      await find({}, { HEARTBEAT_PORT: '4000', HEARTBEAT_HOST: '::', HEARTBEAT_KEY: 'k' }),
    ).to.deep.equal({
      url: 'http://[::1]:4000',
      key: 'k',
    });
    profiles(PROFILES);
    expect(await find({})).to.deep.equal({ url: 'https://a.example.org', key: 'hbk_a' });
    expect(await find({}, { HEARTBEAT_KEY: 'k' })).to.deep.equal({ url: 'https://a.example.org', key: 'k' });
    expect(await find({}, { HEARTBEAT_URL: 'http://env', HEARTBEAT_KEY: 'k' })).to.deep.equal({
      url: 'http://env',
      key: 'k',
    });
    expect(await find({ url: 'http://flag' }, { HEARTBEAT_URL: 'http://env' })).to.deep.equal({
      url: 'http://flag',
      key: undefined,
    });
    expect(await find({ profile: 'open' }, { HEARTBEAT_URL: 'http://env' })).to.deep.equal({
      url: 'http://c.example.org',
      key: undefined,
    });
  });

  it('sends a key of a profile to the address of that profile and to no other', async () => {
    profiles(PROFILES);
    const keyFor = async (url: string) => (await find({ url })).key;
    expect(await keyFor('https://b.example.org')).to.equal('hbk_b');
    expect(await keyFor('https://a.example.org/')).to.equal('hbk_a');
    expect(await keyFor('http://a.example.org')).to.equal(undefined);
    expect(await keyFor('https://a.example.org.evil.example')).to.equal(undefined);
    // Nor that of the environment to a daemon that a profile names.
    expect((await find({ profile: 'open' }, { HEARTBEAT_KEY: 'k' })).key).to.equal(undefined);
  });

  it('refuses a profile file that others may read, and one that is wrong', async () => {
    const file = profiles(PROFILES, 0o640);
    expect(await problem()).to.equal(`${file}: others may read it (mode 640): run chmod 600 ${file}`);
    chmodSync(file, 0o600);
    expect(await problem({ profile: 'nobody' })).to.equal(
      `${file} has no profile nobody: there are default, other, open`,
    );
    for (const [text, message] of [
      ['- a', 'must be a map of profiles'],
      ['default: x', 'default: must be a map with url and key'],
      ['default: { key: x }', 'default: url must be the address of a daemon'],
      ['default: { url: x, key: 7 }', 'default: key must be a text'],
      ['default: { url: x, token: secret }', 'default: has an unknown field'],
      ['{ secret', 'line 1, column 9 is no YAML'],
      ['default: { url: x, key: *secret }', 'an alias is not resolved'],
      [`secret: ${'['.repeat(20_000)}`, 'it is nested too deeply'],
    ] as const) {
      profiles(text);
      const said = await problem();
      expect(said).to.include(message);
      expect(said).to.not.include('secret');
    }
  });

  it('is one file, by the XDG Base Directory Specification', () => {
    expect(profilePath({ XDG_CONFIG_HOME: '/x', HOME: '/h' })).to.equal('/x/heartbeat/profiles.yaml');
    for (const XDG_CONFIG_HOME of ['relative', '', undefined])
      expect(profilePath({ XDG_CONFIG_HOME, HOME: '/h' })).to.equal('/h/.config/heartbeat/profiles.yaml');
  });

  it('reads port, host and TLS as the daemon does', async () => {
    const { files } = makeCertificate(directory, 'daemon');
    const tls = `tls: { certificate: ${files.certificate}, key: ${files.key} }\n`;
    const key = { HEARTBEAT_TLS_KEY: files.key };
    const cases: readonly (readonly [string | undefined, Record<string, string>])[] = [
      [undefined, {}],
      [undefined, { HEARTBEAT_PORT: '4000', HEARTBEAT_HOST: 'localhost' }],
      [
        undefined,
        { HEARTBEAT_PORT: 'tcp://10.0.0.1:3519', HEARTBEAT_INSECURE: 'true', HEARTBEAT_HOST: '0.0.0.0' },
      ],
      [undefined, { HEARTBEAT_HOST: 'unix:/run/heartbeat.sock', HEARTBEAT_PORT: '0' }],
      ['host: unix:/run/heartbeat.sock\n', {}],
      [undefined, { HEARTBEAT_TLS_CERTIFICATE: files.certificate, ...key }],
      ['port: 5000\nhost: 127.0.0.2\n', {}],
      ['{"port": 5000}', { HEARTBEAT_PORT: '6000' }],
      ['port: 0', {}],
      [`${tls}port: 5000\n`, {}],
      [tls, { HEARTBEAT_TLS_CERTIFICATE: 'off', HEARTBEAT_TLS_KEY: 'off' }],
      ['tls: { certificate: off }\n', {}],
      ['tls:\n', {}],
      ['', {}],
    ];
    for (const [text, more] of cases) {
      const file = path.join(directory, 'heartbeat.yaml');
      if (text !== undefined) writeFileSync(file, text);
      const env = { ...more, ...(text !== undefined && { HEARTBEAT_CONFIG: file }) };
      const loaded = loadConfig({ flags: {}, env, cwd: '/', isTerminal: false });
      if (!loaded.ok) throw new TypeError(loaded.problems.join('\n'));
      const { config, tls: configured } = loaded;
      const expected = urlOf({ host: config.host, port: config.port, isTls: configured !== undefined });
      expect(urlOf(await configuredAddress(env)), JSON.stringify([text, more])).to.equal(expected);
    }
  });
});
