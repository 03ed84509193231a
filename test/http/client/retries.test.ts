import { expect } from 'chai';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { HeartbeatRequestError } from '../../../src/client/index.js';
import type { Retry } from '../../../src/client/index.js';
import { behave, HookServer, type Behaviour } from '../../support/hook-server.js';
import { eventually } from '../../support/eventually.js';
import { errorOf, impatient } from './support.js';

const JSON_HEAD = { 'content-type': 'application/json' };
const ONLINE = behave.status(200, JSON_HEAD, '{"status":"online"}');
const NODE_GONE = behave.status(204);
const overloaded = (retryAfter: string, code = 'HEARTBEAT_OVERLOADED', status = 503): Behaviour =>
  behave.status(
    status,
    { ...JSON_HEAD, 'retry-after': retryAfter },
    JSON.stringify({ error: 'try again later', code }),
  );
/** The head of an answer and a part of its body, and then a reset. */
const cutInTheBody: Behaviour = (response) => {
  response.writeHead(200, { ...JSON_HEAD, 'content-length': '100' });
  response.write('{"status":', () => response.socket?.resetAndDestroy());
};

describe('calls that fail', () => {
  let server: HookServer;

  beforeEach(async () => {
    server = await HookServer.start();
  });

  afterEach(() => server.stop());

  /** Misbehaves so, request by request, and then well. */
  function misbehave(well: Behaviour, ...badly: readonly Behaviour[]): void {
    const rest = [...badly];
    server.behaviour = (response, request) => (rest.shift() ?? well)(response, request);
  }

  for (const [what, bad] of [
    ['whose connection is reset before the answer', behave.reset],
    ['whose connection is reset within the answer', cutInTheBody],
    ['that are answered 503', overloaded('0')],
    ['that are answered 429', overloaded('0', 'HEARTBEAT_RATE_LIMITED', 429)],
    ['that a proxy answers', behave.status(502, { 'content-type': 'text/html' }, '<h1>Bad Gateway</h1>')],
  ] as const) {
    it(`are repeated if they may be, with back-off: those ${what}`, async () => {
      const retries: Retry[] = [];
      const { client, waits } = impatient({ url: server.url, onRetry: (retry) => retries.push(retry) });
      misbehave(ONLINE, bad, bad, bad);
      expect(await client.heal(7)).to.equal('online');
      expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(
        Array.from({ length: 4 }, () => 'PUT /hook/heal/7'),
      );
      // Half of at most 250 ms, and twice as much each time.
      expect(waits).to.deep.equal([125, 250, 500]);
      expect(retries.map(({ call, attempt, wait }) => [call, attempt, wait])).to.deep.equal([
        ['PUT /heal/7', 1, 0.125],
        ['PUT /heal/7', 2, 0.25],
        ['PUT /heal/7', 3, 0.5],
      ]);
      for (const { error } of retries) expect(error).to.be.instanceOf(HeartbeatRequestError);
    });

    it(`are not repeated if they have another result then: those ${what}`, async () => {
      const { client, waits } = impatient({ url: server.url });
      for (const call of [
        () => client.nodes.forget('db-1'),
        () => client.nodes.fail('db-1', 'disk full'),
        () => client.alerts.redeliver('01M8160K8C0000MBCVSRV9YN0E'),
        () => client.channels.test('ops'),
      ]) {
        const { length } = server.requests;
        misbehave(NODE_GONE, bad);
        expect(await errorOf(call())).to.be.instanceOf(HeartbeatRequestError);
        expect(server.requests).to.have.length(length + 1);
      }
      expect(waits).to.deep.equal([]);
    });
  }

  it('say after the last attempt what was wrong with it', async () => {
    const { client } = impatient({ url: server.url, retries: 2 });
    misbehave(behave.reset);
    const reset = await errorOf(client.heal(7));
    expect(reset).to.include({ code: 'HEARTBEAT_CLIENT_UNREACHABLE', status: 0, call: 'PUT /heal/7' });
    expect(reset.message).to.match(/^PUT \/heal\/7 got no answer from http:.*: (ECONNRESET|UND_ERR_SOCKET)$/);
    expect(reset.cause).to.be.instanceOf(Error);
    expect([reset.name, String(reset)]).to.deep.equal([
      'HeartbeatRequestError',
      `HeartbeatRequestError: ${reset.message}`,
    ]);
    misbehave(overloaded('7'));
    expect(await errorOf(client.heal(7))).to.include({
      code: 'HEARTBEAT_OVERLOADED',
      status: 503,
      retryAfter: 7,
      message: 'try again later',
    });
    misbehave(behave.status(502, { 'content-type': 'text/html' }, '<h1>Bad Gateway</h1>'));
    expect(await errorOf(client.heal(7))).to.include({
      code: 'HEARTBEAT_CLIENT_UNEXPECTED',
      status: 502,
      message: 'PUT /heal/7 was answered 502, and not by Heartbeat',
    });
    expect(server.requests).to.have.length(9);
  });

  it('are repeated where no connection was made, whatever they are', async () => {
    const { port } = server;
    const { client, waits } = impatient({ url: `http://127.0.0.1:${await freePort()}`, retries: 1 });
    const error = await errorOf(client.nodes.forget('db-1'));
    expect(error).to.include({ code: 'HEARTBEAT_CLIENT_UNREACHABLE' });
    expect(error.message).to.match(/: ECONNREFUSED$/);
    expect(waits).to.have.length(1);
    expect(port).to.be.greaterThan(0);
  });

  it('wait as long as the daemon asks for and then some, and give up where that is over a minute', async () => {
    const { client, waits } = impatient({ url: server.url });
    misbehave(ONLINE, overloaded('3'), overloaded('60', 'HEARTBEAT_RATE_LIMITED', 429));
    await client.heal(7);
    expect(waits).to.deep.equal([3125, 60_250]);
    misbehave(ONLINE, overloaded('61'));
    expect(await errorOf(client.heal(7))).to.include({ retryAfter: 61 });
    expect(waits).to.have.length(2);
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    misbehave(
      ONLINE,
      behave.status(
        503,
        { ...JSON_HEAD, 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT', date },
        '{"error":"not ready yet, try again later"}',
      ),
    );
    await client.heal(7);
    expect(waits[2]).to.equal(9125);
  });

  it('are not repeated where another attempt cannot help', async () => {
    const { client, waits } = impatient({ url: server.url });
    for (const [status, body, code] of [
      [400, '{"error":"invalid user_id format"}', 'HEARTBEAT_INVALID_USER_ID'],
      [400, '{"error":"unknown query parameter \\"x\\""}', 'HEARTBEAT_INVALID_QUERY'],
      [401, '{"error":"unknown key"}', 'HEARTBEAT_UNAUTHORIZED'],
      [403, '{"error":"this key does not cover this user_id"}', 'HEARTBEAT_FORBIDDEN'],
      [404, '{"error":"not found","code":"HEARTBEAT_NOT_FOUND"}', 'HEARTBEAT_NOT_FOUND'],
      [500, '{"error":"internal server error"}', 'HEARTBEAT_INTERNAL'],
      [302, '', 'HEARTBEAT_CLIENT_UNEXPECTED'],
      [200, 'online', 'HEARTBEAT_CLIENT_UNEXPECTED'],
      [200, '{"status":"offline"}', 'HEARTBEAT_CLIENT_UNEXPECTED'],
      [200, '{', 'HEARTBEAT_CLIENT_UNEXPECTED'],
    ] as const) {
      server.behaviour = behave.status(status, { ...JSON_HEAD, location: 'http://127.0.0.1:1/' }, body);
      expect(await errorOf(client.heal(7)), body).to.include({ code, status });
    }
    expect(waits).to.deep.equal([]);
  });

  it('end when their time is up, in the head and in the body, and are repeated then', async () => {
    const { client, waits } = impatient({ url: server.url, timeout: 0.05, retries: 1 });
    misbehave(behave.hang);
    expect(await errorOf(client.heal(7))).to.include({ code: 'HEARTBEAT_CLIENT_TIMEOUT', status: 0 });
    misbehave(behave.hangInTheBody);
    expect((await errorOf(client.heal(7))).message).to.match(
      /^PUT \/heal\/7 got no answer .* within 0.05 s$/,
    );
    expect(waits).to.have.length(2);
  });

  it('end when their signal is aborted: before, while they wait for an answer, and between attempts', async () => {
    const reason = new Error('enough');
    const { client } = impatient({ url: server.url });
    const rejected = async (call: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> => {
      const control = new AbortController();
      const calling = call(control.signal).catch((error: unknown) => error);
      const before = server.requests.length;
      misbehave(behave.hang);
      await eventually(() => expect(server.requests).to.have.length(before + 1));
      control.abort(reason);
      return calling;
    };
    for (const call of [
      (signal: AbortSignal) => client.heal(7, { signal }),
      (signal: AbortSignal) => client.checkup([7], { signal }),
      (signal: AbortSignal) => client.nodes.forget('db-1', { signal }),
      (signal: AbortSignal) => client.users.list({ signal }).next(),
      (signal: AbortSignal) => client.events({ signal }).next(),
    ]) {
      server.behaviour = behave.hang;
      expect(await rejected(call)).to.equal(reason);
    }
    const { length } = server.requests;
    const aborted = AbortSignal.abort(reason);
    expect(await client.heal(7, { signal: aborted }).catch((error: unknown) => error)).to.equal(reason);
    expect(server.requests).to.have.length(length);
    const control = new AbortController();
    const patient = impatient({ url: server.url, onRetry: () => control.abort(reason) });
    misbehave(ONLINE, overloaded('1'));
    const waiting = patient.client.heal(7, { signal: control.signal });
    expect(await waiting.catch((error: unknown) => error)).to.equal(reason);
  });

  it('send the key, and follow no redirect with it', async () => {
    const { client } = impatient({ url: server.url, key: 'secret' });
    const stranger = await HookServer.start();
    server.behaviour = behave.status(307, { location: stranger.url });
    expect((await errorOf(client.heal(7))).status).to.equal(307);
    expect(server.requests[0]?.headers.authorization).to.equal('Bearer secret');
    expect(stranger.requests).to.deep.equal([]);
    await stranger.stop();
  });
});

describe('what cannot stand in a path', () => {
  it('is refused before it is sent, and everything else arrives as it is', async () => {
    const server = await HookServer.start();
    const { client } = impatient({ url: server.url });
    server.behaviour = behave.status(
      404,
      JSON_HEAD,
      '{"error":"unknown node","code":"HEARTBEAT_UNKNOWN_NODE"}',
    );
    for (const name of ['', '.', '..', '\ud800', 'a\udfff'])
      for (const call of [
        () => client.nodes.forget(name),
        () => client.nodes.fail(name),
        () => client.users.erase(name),
        () => client.heal(name),
        () => client.alerts.redeliver(name),
        () => client.channels.test(name),
      ])
        expect((await errorOf(call())).code).to.match(/INVALID|NO_SUCH/);
    expect(server.requests).to.deep.equal([]);
    for (const name of [
      'a/../../b',
      '%2e%2e',
      '..%2f',
      '?x#y',
      '\\..\\',
      '\t\n\u0000',
      ' ',
      '\u00e9\u{1f600}',
      ';a=b',
      '//host/x',
      '...',
    ]) {
      server.requests.length = 0;
      await errorOf(client.nodes.fail(name));
      const [request] = server.requests;
      const [, sent = ''] = /^\/hook\/nodes\/([^/?#]*)\/fail$/.exec(request?.path ?? '') ?? [];
      expect(decodeURIComponent(sent)).to.equal(name);
    }
    await server.stop();
  });
});

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
