import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import type { HeartbeatClient } from '../../../src/client/api/heartbeat-client.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { errorOf, impatient } from './support.js';

describe('a stream of events of the client', () => {
  let served: DaemonOverHttp;

  beforeEach(async () => {
    served = await DaemonOverHttp.start();
  });

  afterEach(() => served.stop());

  const readers = async (client: HeartbeatClient): Promise<number> => (await client.stats()).eventReaders;

  for (const [how, end] of [
    ['left', 'break'],
    ['left by an error', 'throw'],
  ] as const) {
    it(`leaves no connection when its loop is ${how}`, async () => {
      const { client } = impatient({ url: served.url });
      const loop = async (): Promise<void> => {
        for await (const { type } of client.events({ users: [7] })) {
          expect([type, await readers(client)]).to.deep.equal(['state', 1]);
          if (end === 'break') break;
          throw new Error('planned');
        }
      };
      await loop().catch((error: unknown) => expect(String(error)).to.equal('Error: planned'));
      await eventually(async () => expect(await readers(client)).to.equal(0));
    });
  }

  it('leaves no connection when it is returned while an event is awaited, or never began', async () => {
    const { client } = impatient({ url: served.url });
    const events = client.events({ users: [7] });
    await events.next();
    const awaited = events.next();
    expect(await events.return()).to.deep.equal({ done: true, value: undefined });
    expect(await awaited).to.deep.equal({ done: true, value: undefined });
    expect(await events.next()).to.deep.equal({ done: true, value: undefined });
    await eventually(async () => expect(await readers(client)).to.equal(0));
    const unused = client.events();
    await unused.return();
    expect(await unused.next()).to.deep.equal({ done: true, value: undefined });
    expect(await readers(client)).to.equal(0);
  });

  it('ends with the reason of its signal, and in order with its client', async () => {
    const { client } = impatient({ url: served.url });
    const control = new AbortController();
    const events = client.events({ users: [7], signal: control.signal });
    await events.next();
    const awaited = events.next().catch((error: unknown) => error);
    control.abort(new Error('enough'));
    expect(String(await awaited)).to.equal('Error: enough');
    await eventually(async () => expect(await readers(client)).to.equal(0));
    const others = client.events({ users: [7] });
    await others.next();
    const last = others.next();
    await client.close();
    expect(await last).to.deep.equal({ done: true, value: undefined });
  });

  it('continues after the last event when its connection is cut', async () => {
    const retries: string[] = [];
    const { client, waits } = impatient({
      url: served.url,
      onRetry: ({ call, error }) => retries.push(`${call}: ${error.code}`),
    });
    const cut = await cuttingProxy(served.url);
    const through = impatient({ url: cut.url, onRetry: ({ error }) => retries.push(error.code) });
    const events = through.client.events({ users: [7] });
    const seen: string[] = [];
    const next = async (): Promise<void> => {
      const { value } = await events.next();
      seen.push(String(value?.type));
    };
    await next();
    await client.heal(7);
    await next();
    const pending = next();
    cut.cut();
    // What happens meanwhile is not missed.
    await client.goodbye(7);
    await pending;
    await client.heal(7);
    await next();
    expect(seen).to.deep.equal(['state', 'user.online', 'user.offline', 'user.online']);
    expect(retries.every((code) => code === 'HEARTBEAT_CLIENT_UNREACHABLE')).to.equal(true);
    expect(through.waits.length).to.be.greaterThan(0);
    // At least what `retry:` asks for.
    for (const wait of through.waits) expect(wait).to.be.at.least(1000);
    expect(waits).to.deep.equal([]);
    await events.return();
    await cut.stop();
  });

  it('continues after an event that a program remembers, or says that it cannot', async () => {
    const { client } = impatient({ url: served.url });
    const first = client.events({ users: [7] });
    const { value: state } = await first.next();
    await first.return();
    await client.heal(7);
    const later = client.events({ users: [7], after: state?.id ?? '' });
    expect((await later.next()).value).to.include({ type: 'user.online' });
    await later.return();
    const unknown = client.events({ users: [7], after: 'no-such-0' });
    expect((await unknown.next()).value).to.include({ type: 'state', reset: true });
    await unknown.return();
  });

  it('ends where it is refused for good', async () => {
    await served.stop();
    served = await DaemonOverHttp.start({}, authOf(keyRule('good', { scopes: ['read'] })));
    const { client, waits } = impatient({ url: served.url, key: 'bad' });
    const events = client.events();
    expect(await errorOf(events.next())).to.include({ code: 'HEARTBEAT_UNAUTHORIZED', status: 401 });
    expect(await events.next()).to.deep.equal({ done: true, value: undefined });
    expect(waits).to.deep.equal([]);
    const keys = ['bad', 'good'];
    const renewing = impatient({ url: served.url, key: () => keys.shift() ?? 'good' });
    const renewed = renewing.client.events();
    expect((await renewed.next()).value).to.include({ type: 'state' });
    expect(renewing.waits).to.have.length(1);
    await renewed.return();
  });
});

describe('a stream of events of a server that misbehaves', () => {
  let server: HookServer;

  beforeEach(async () => {
    server = await HookServer.start();
  });

  afterEach(() => server.stop());

  const state = (id: string): string =>
    `id: ${id}\ndata: {"type":"state","at_ms":1000,"users":[],"nodes":[]}\n\n`;
  const begin = (response: ServerResponse): ServerResponse =>
    response.writeHead(200, { 'content-type': 'text/event-stream' });

  it('is opened again where it is silent for too long, with longer and longer waits', async () => {
    const codes: string[] = [];
    const { client, waits } = impatient(
      { url: server.url, onRetry: ({ error }) => codes.push(error.code) },
      { silenceMs: 50 },
    );
    server.behaviour = (response) => {
      begin(response).flushHeaders();
      if (server.requests.length > 3) response.write(state('a-0'));
    };
    const events = client.events();
    expect((await events.next()).value).to.deep.equal({
      id: 'a-0',
      type: 'state',
      at: new Date(1000),
      users: [],
      nodes: [],
    });
    expect(codes).to.deep.equal(Array.from({ length: 3 }, () => 'HEARTBEAT_CLIENT_TIMEOUT'));
    expect(waits).to.deep.equal([500, 1000, 2000]);
    await events.return();
  });

  it('is opened again where the daemon is away, overloaded or asks to wait, and sends its last id', async () => {
    const { client, waits } = impatient({ url: server.url });
    const busy = { 'content-type': 'application/json', 'retry-after': '9' };
    const answers = [
      (response: ServerResponse) => begin(response).end(`retry: 1500\n\n: a comment\n\n${state('a-0')}`),
      behave.status(503, busy, '{"error":"too many readers","code":"HEARTBEAT_TOO_MANY_READERS"}'),
      behave.reset,
      (response: ServerResponse) => begin(response).write(state('a-1')),
    ];
    server.behaviour = (response, request) => answers.shift()?.(response, request);
    const events = client.events();
    expect((await events.next()).value?.id).to.equal('a-0');
    expect((await events.next()).value?.id).to.equal('a-1');
    expect(waits).to.deep.equal([2000, 10_000, 3500]);
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).to.deep.equal([
      undefined,
      'a-0',
      'a-0',
      'a-0',
    ]);
    await events.return();
  });

  it('passes over what a later daemon says, and reads a part at a time', async () => {
    const { client } = impatient({ url: server.url });
    const text = `id: a-0\r\ndata: {"type":"user.renamed","at_ms":1}\r\n\r\n${state('a-1')}`;
    server.behaviour = (response) => {
      begin(response);
      const bytes = Buffer.from(text);
      const write = (at: number): void => {
        if (at < bytes.length) response.write(bytes.subarray(at, at + 1), () => setImmediate(write, at + 1));
      };
      write(0);
    };
    const events = client.events();
    expect((await events.next()).value?.id).to.equal('a-1');
    await events.return();
  });

  it('ends where an event is not what the contract says', async () => {
    const { client } = impatient({ url: server.url });
    server.behaviour = (response) => begin(response).write('data: {"type":"state"}\n\n');
    expect(await errorOf(client.events().next())).to.include({ code: 'HEARTBEAT_CLIENT_UNEXPECTED' });
  });
});

interface CuttingProxy {
  readonly url: string;
  /** Resets all connections. */
  cut(): void;
  stop(): Promise<void>;
}

async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
