import { expect } from 'chai';
import { HeartbeatError } from '../../src/errors.js';
import { eventually } from '../support/eventually.js';
import { authOf, callWith, keyRule } from './auth/support.js';
import { starting } from './support/gateway-under-test.js';

const PATH = '/store/backup';
const LINES = ['{"heartbeat":"history","version":1,"format":5}\n', '{"records":0}\n'];
const PLAIN = { parse: false };

describe('GET /store/backup', () => {
  const start = starting(true);

  it('answers the lines, and begins none for HEAD', async () => {
    const gateway = await start();
    gateway.daemon.backupPieces = LINES;
    const answer = await gateway.call('GET', PATH, PLAIN);
    expect([answer.status, answer.text]).to.deep.equal([200, LINES.join('')]);
    expect(answer.headers).to.include({
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
    });
    gateway.daemon.backupPieces = [new Error('it was begun')];
    const head = await gateway.call('HEAD', PATH, PLAIN);
    expect([head.status, head.text]).to.deep.equal([200, '']);
    gateway.daemon.backupPieces = undefined;
    for (const method of ['GET', 'HEAD'] as const)
      expect((await gateway.call(method, PATH, PLAIN)).status, method).to.equal(404);
  });

  it('is in the audit log once it begins, and once', async () => {
    const gateway = await start({ auth: authOf(keyRule('ops', { scopes: ['admin'] })) });
    const audits = () => gateway.logger.lines.filter(({ event }) => event === 'audit');
    let finish = (_line: string): void => undefined;
    const last = new Promise<string>((resolve) => {
      finish = resolve;
    });
    gateway.daemon.backupPieces = [LINES[0] ?? '', last];
    const answer = callWith(gateway, 'ops', 'GET', PATH, PLAIN);
    await eventually(() => expect(audits()).to.have.length(1), { every: 1 });
    finish(LINES[1] ?? '');
    expect((await answer).status).to.equal(200);
    expect(audits().map(({ fields }) => [fields['key'], fields['path'], fields['status']])).to.deep.equal([
      ['ops', PATH, 200],
    ]);
  });

  it('makes one at a time', async () => {
    const gateway = await start();
    let finish = (_line: string): void => undefined;
    const last = new Promise<string>((resolve) => {
      finish = resolve;
    });
    gateway.daemon.backupPieces = [LINES[0] ?? '', last];
    const first = gateway.call('GET', PATH, PLAIN);
    await eventually(() => expect(gateway.gateway.inspect().in_flight).to.equal(1), { every: 1 });
    const second = await gateway.call('GET', PATH);
    expect(second.status).to.equal(429);
    expect(second.json).to.deep.equal({
      error: 'another backup is under way',
      code: 'HEARTBEAT_RATE_LIMITED',
    });
    finish(LINES[1] ?? '');
    expect((await first).text).to.equal(LINES.join(''));
    gateway.daemon.backupPieces = LINES;
    expect((await gateway.call('GET', PATH, PLAIN)).status).to.equal(200);
  });

  it('is an error where nothing can be read, and cut where the rest cannot', async () => {
    const gateway = await start();
    const error = new HeartbeatError('HEARTBEAT_STORE_FAILED', 'the store could not be read: EIO');
    gateway.daemon.backupPieces = [error];
    const refused = await gateway.call('GET', PATH);
    expect([refused.status, refused.json]).to.deep.equal([
      500,
      { error: error.message, code: 'HEARTBEAT_STORE_FAILED' },
    ]);
    gateway.daemon.backupPieces = [LINES[0] ?? '', error];
    const cut: unknown = await gateway.call('GET', PATH, PLAIN).catch((thrown: unknown) => thrown);
    expect(cut).to.be.instanceOf(Error);
    gateway.daemon.backupPieces = LINES;
    expect((await gateway.call('GET', PATH, PLAIN)).status, 'afterwards').to.equal(200);
  });

  it('needs a key with the scope admin that covers all users and nodes', async () => {
    const auth = authOf(
      keyRule('all', { scopes: ['admin'] }),
      keyRule('read', { scopes: ['read', 'heal'] }),
      keyRule('some-nodes', { scopes: ['admin'], nodes: ['db-'] }),
      keyRule('some-users', { scopes: ['admin'], users: { prefixes: ['u-'] } }),
    );
    const gateway = await start({ auth });
    for (const [key, status] of [
      ['all', 200],
      ['read', 403],
      ['some-nodes', 403],
      ['some-users', 403],
    ] as const)
      expect((await callWith(gateway, key, 'GET', PATH, PLAIN)).status, key).to.equal(status);
    expect((await gateway.call('GET', PATH)).status).to.equal(401);
  });
});
