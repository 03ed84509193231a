import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { configurationChanges } from '../../../src/config/configuration-changes.js';
import type { Effective } from '../../../src/config/load-config.js';
import { reloaded } from '../../../src/config/reloadable.js';
import { Reloader } from '../../../src/reload.js';
import { makeCertificate } from '../../support/certificate.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { inForce, load } from './support.js';

const HASH = 'a'.repeat(64);
const OTHER_HASH = 'b'.repeat(64);

/** Every kind of secret that a file can hold, each in a file of its own. */
const FILE = `
public_url: https://h.example.org
tls: { certificate: tls.crt, key: tls.key }
probes: { ca_file: ca.crt }
auth:
  keys: [{ name: app, hash: "sha256:${HASH}", scopes: [heal] }]
  link_secret_file: links
  user_tokens: { secret_file: tokens }
  trusted_header: { user: X-User, from: [10.0.0.0/8], secret_header: X-Secret, secret_file: proxy, groups: X-Groups, scopes: { "*": [read] } }
  openid: { issuer: "https://login.example.org", client_id: heartbeat, client_secret_file: openid, scopes: { "*": [read] } }
channels:
  chat: { kind: telegram, chat_id: 1, token_file: telegram }
  hook: { kind: webhook, url: "https://hook.example.org", ca_file: hook.crt, headers: { X-Short: a } }
`;

describe('what a reload changes', () => {
  let directory: TemporaryDirectory;
  let files: Readonly<Record<string, string>>;

  before(async () => {
    directory = await temporaryDirectory();
    for (const name of ['one', 'other']) makeCertificate(directory.path, name);
    files = {
      'heartbeat.yaml': FILE,
      'tls.crt': readFileSync(path.join(directory.path, 'one.crt'), 'utf8'),
      'tls.key': readFileSync(path.join(directory.path, 'one.key'), 'utf8'),
      'ca.crt': readFileSync(path.join(directory.path, 'one.crt'), 'utf8'),
      'hook.crt': readFileSync(path.join(directory.path, 'one.crt'), 'utf8'),
      links: 'l'.repeat(40),
      tokens: 't'.repeat(40),
      proxy: 'p'.repeat(40),
      openid: 'o'.repeat(40),
      telegram: '123456:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    };
  });

  after(() => directory.remove());

  const read = (changed: Readonly<Record<string, string>>, file = '') => {
    const all = { ...files, ...changed };
    const readFile = (name: string): string => all[path.basename(name)] ?? expect.fail(`no file ${name}`);
    return { file, readFile };
  };

  function changesTo(changed: Readonly<Record<string, string>>): readonly (readonly string[])[] {
    const [before, after] = [inForce(read({})), inForce(read(changed))];
    const change = reloaded(before, after);
    if ('problem' in change) throw new Error(change.problem);
    return configurationChanges(before, after, change).map(({ option, change: how, applies }) => [
      option,
      how,
      applies,
    ]);
  }

  it('is nothing where nothing has changed', () => {
    expect(changesTo({})).to.deep.equal([]);
  });

  it('is each secret whose file has changed, and no other', () => {
    const certificate = readFileSync(path.join(directory.path, 'other.crt'), 'utf8');
    const key = readFileSync(path.join(directory.path, 'other.key'), 'utf8');
    for (const [changed, name] of [
      [{ links: 'm'.repeat(40) }, 'auth.link_secret'],
      [{ tokens: 'm'.repeat(40) }, 'auth.user_tokens'],
      [{ proxy: 'm'.repeat(40) }, 'auth.trusted_header'],
      [{ openid: 'm'.repeat(40) }, 'auth.openid'],
      [{ telegram: '123456:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' }, 'channels.chat'],
      [{ 'hook.crt': certificate }, 'channels.hook'],
      [{ 'heartbeat.yaml': FILE.replace('X-Short: a', 'X-Short: b') }, 'channels.hook'],
      [{ 'heartbeat.yaml': FILE.replace(HASH, OTHER_HASH) }, 'auth.keys.app'],
      [{ 'ca.crt': certificate }, 'probes.ca_file'],
      [{ 'tls.crt': certificate, 'tls.key': key }, 'tls'],
    ] as const)
      expect(changesTo(changed), name).to.deep.equal([[name, 'changed', 'reload']]);
  });

  it('is each of several, with what was added and removed', () => {
    const without = FILE.replace(/^ {2}chat:.*\n/m, '  other: { kind: log }\n');
    expect(changesTo({ 'heartbeat.yaml': without, tokens: 'm'.repeat(40) })).to.have.deep.members([
      ['auth.user_tokens', 'changed', 'reload'],
      ['channels.chat', 'removed', 'reload'],
      ['channels.other', 'added', 'reload'],
    ]);
  });

  it('is no password of the store: that needs a restart, and is named', () => {
    const file = 'store: postgres://me@db.example.org/heartbeat\nstore_password_file: password\n';
    const of = (password: string): Effective => inForce(read({ 'heartbeat.yaml': file, password }));
    const [before, after] = [of('one'), of('another')];
    const change = reloaded(before, after);
    if ('problem' in change) throw new Error(change.problem);
    expect([change.applied, change.needsRestart]).to.deep.equal([[], ['store']]);
    expect(change.effective.store).to.equal(before.store);
    expect(configurationChanges(before, after, change)).to.deep.equal([
      { option: 'store', change: 'changed', applies: 'restart' },
    ]);
  });

  it('is logged by name, and so are the variables whose secrets stay until a restart', async () => {
    const logger = new RecordingLogger();
    const file = 'channels: { chat: { kind: telegram, chat_id: 1, token_env: BOT_TOKEN } }';
    const env = { BOT_TOKEN: '123456:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' };
    const reloader = new Reloader(inForce({ file, env }), {
      load: async () => load({ file: file.replace('chat_id: 1', 'chat_id: 2'), env }),
      open: async () => ({ channels: [] }),
      apply: async () => undefined,
      logger,
    });
    await reloader.reload();
    await reloader.reload();
    const environment = [
      'info',
      'secrets in the environment stay as they are until a restart',
      { variables: ['BOT_TOKEN'] },
    ];
    expect(logger.lines.map(({ level, event, fields }) => [level, event, fields])).to.deep.equal([
      ['info', 'configuration reloaded', { applied: ['channels.chat'] }],
      environment,
      ['info', 'configuration reloaded', { applied: [] }],
      environment,
    ]);
  });
});
