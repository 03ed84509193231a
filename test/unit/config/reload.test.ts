import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { Secret } from '../../../src/adapters/channels/secret.js';
import { nest } from '../../../src/config/option.js';
import { options, schema, valueIn } from '../../../src/config/schema.js';
import { reloaded } from '../../../src/config/reloadable.js';
import type { Effective } from '../../../src/config/load-config.js';
import { Reloader } from '../../../src/reload.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { inForce, load } from './support.js';

const HASH = 'a'.repeat(64);
const KEYS = `auth: { keys: [{ name: a, hash: "sha256:${HASH}", scopes: [heal] }] }`;

describe('a configuration that is read again', () => {
  it('is applied as far as possible, and names the rest', () => {
    const before = inForce({ file: 'port: 1\nlog: { level: info }' });
    const file = `port: 2\nsession_timeout: 9\nlog: { level: debug }\nlimits: { users: 5, body: 7 }\n${KEYS}`;
    const change = reloaded(before, inForce({ file }));
    if ('problem' in change) throw new Error(change.problem);
    expect(change.applied).to.have.members(['log.level', 'limits.users', 'limits.body', 'auth']);
    expect(change.needsRestart).to.have.members(['port', 'session_timeout']);
    const { config, auth } = change.effective;
    expect([config.port, config.session_timeout, config.log.level, config.limits.users]).to.deep.equal([
      1,
      7,
      'debug',
      5,
    ]);
    expect(auth?.keys).to.have.length(1);
  });

  it('applies other maintenance windows', () => {
    const window = 'maintenance: [{ matchers: [env=prod], cron: "0 2 * * *", duration: 60 }]';
    const change = reloaded(inForce({ file: '' }), inForce({ file: window }));
    if ('problem' in change) throw new Error(change.problem);
    expect(change.applied).to.have.members(['maintenance']);
    expect(change.needsRestart).to.deep.equal([]);
    expect(change.effective.maintenance).to.have.length(1);
  });

  it('applies another secret for links', () => {
    const file = 'public_url: https://h.example.org\nauth: { link_secret_env: HEARTBEAT_LINK_SECRET }';
    const before = inForce({ file, env: { HEARTBEAT_LINK_SECRET: 'a'.repeat(32) } });
    const after = inForce({ file, env: { HEARTBEAT_LINK_SECRET: 'b'.repeat(32) } });
    const change = reloaded(before, after);
    if ('problem' in change) throw new Error(change.problem);
    expect(change.applied).to.have.members(['auth']);
    expect(change.effective.linkSecret?.reveal()).to.equal('b'.repeat(32));
  });

  it('does not let the last key go while others can reach the daemon', () => {
    const before = inForce({ file: `host: 0.0.0.0\n${KEYS}` });
    const without = inForce({ file: 'host: 127.0.0.1' });
    expect(reloaded(before, without))
      .to.have.property('problem')
      .that.matches(/the last key would be removed while 0\.0\.0\.0 can be reached/);
    expect(reloaded(before, inForce({ file: 'host: 127.0.0.1\ninsecure: true' }))).to.not.have.property(
      'problem',
    );
  });
});

/** Values of every kind of option. The test uses the first one that an option allows and does not have. */
const OTHERS = [
  'debug',
  'pretty',
  true,
  false,
  7.5,
  77,
  7_777,
  0.5,
  'https://other.example.org/',
  ['https://other.example.org'],
  '127.0.0.2',
  'environment',
  'text',
  'postgres://me@other.example.org/heartbeat',
  7,
  660,
  7_777_777,
];

describe('every option', () => {
  const before: Effective = {
    ...inForce({ flags: { '--log-format': 'json' } }),
    tls: { certificate: 'PEM', key: new Secret('PEM') },
  };
  const reloadable: string[] = [];

  for (const { key, type } of options) {
    it(`is taken up by a reload, or named for a restart, and never both or neither: ${key}`, () => {
      const old = valueIn(before.config, key);
      const other = OTHERS.find((value) => type.safeParse(value).success && !isDeepStrictEqual(value, old));
      expect(other, 'there is no other value in the list above').to.not.equal(undefined);
      const config = schema.parse(
        nest(schema, (each) => (each === key ? other : valueIn(before.config, each))),
      );
      const change = reloaded(before, { ...before, config });
      if ('problem' in change) throw new Error(change.problem);
      const isTakenUp = change.applied.includes(key);
      expect(change.needsRestart).to.deep.equal(isTakenUp ? [] : [key]);
      // The value in force: a list may be given as text.
      expect(valueIn(change.effective.config, key)).to.deep.equal(isTakenUp ? valueIn(config, key) : old);
      if (isTakenUp) reloadable.push(key);
    });
  }

  it('that is taken up is in the page about it', () => {
    const page = readFileSync('docs/security.md', 'utf8');
    const [, section = ''] = /## Reloading\n([\s\S]*?)\n## /.exec(page) ?? [];
    const named = reloadable.map((key) => (/^(?:limits|tls)\./.test(key) ? key.split('.')[0] : key));
    for (const name of new Set(named)) expect(section).to.include(`\`${name ?? ''}\``);
  });
});

describe('reloading', () => {
  const before = inForce({ file: 'log: { level: info }' });
  const applied: Effective[] = [];
  let logger: RecordingLogger;

  beforeEach(() => {
    applied.splice(0);
    logger = new RecordingLogger();
  });

  const reloader = (file: string, problems?: readonly string[]) =>
    new Reloader(before, {
      load: async () => load({ file }),
      open: async () => (problems === undefined ? { channels: [] } : { problems }),
      apply: async (effective) => {
        applied.push(effective);
      },
      logger,
    });

  it('applies the options that it can, and names those that need a restart', async () => {
    await reloader('log: { level: debug }\nport: 5').reload();
    expect(applied.map(({ config }) => config.log.level)).to.deep.equal(['debug']);
    expect(logger.lines.map(({ level, event, fields }) => [level, event, fields])).to.deep.equal([
      ['info', 'configuration reloaded', { applied: ['log.level'] }],
      ['warn', 'other changes need a restart', { options: ['port'] }],
    ]);
  });

  it('keeps the old one whole when the new one is wrong, or its channels are', async () => {
    await reloader('log: { level: loud }').reload();
    await reloader('log: { level: debug }', ['channels.x.kind: no']).reload();
    expect(applied).to.be.empty;
    expect(logger.lines.map(({ level, event }) => [level, event])).to.deep.equal([
      ['error', 'invalid configuration ignored: the previous one stays in force'],
      ['error', 'invalid configuration ignored: the previous one stays in force'],
    ]);
    expect(JSON.stringify(logger.lines[0]?.fields)).to.include('log.level: must be one of');
  });

  it('happens one at a time, however often it is asked for', async () => {
    let under = 0;
    let most = 0;
    const again = new Reloader(before, {
      load: async () => load({}),
      open: async () => ({ channels: [] }),
      apply: async () => {
        most = Math.max(most, ++under);
        await new Promise((resolve) => setImmediate(resolve));
        under--;
      },
      logger,
    });
    await Promise.all([again.reload(), again.reload(), again.reload()]);
    expect(most).to.equal(1);
  });

  it('is previewed one at a time, each time anew', async () => {
    let [under, most, loads] = [0, 0, 0];
    const again = new Reloader(before, {
      load: async () => {
        loads++;
        most = Math.max(most, ++under);
        await new Promise((resolve) => setImmediate(resolve));
        under--;
        return load({});
      },
      open: async () => ({ channels: [] }),
      apply: async () => undefined,
      logger,
    });
    await Promise.all([again.preview(), again.preview(), again.preview()]);
    expect([most, loads]).to.deep.equal([1, 3]);
  });
});
