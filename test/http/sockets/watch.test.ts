import { expect } from 'chai';
import type { EventReader, EventsApi, Subscription } from '../../../src/app/events/events-api.js';
import { Access } from '../../../src/domain/access.js';
import { HeartbeatError } from '../../../src/errors.js';
import { eventually } from '../../support/eventually.js';
import { authOf, keyRule, START, token } from '../auth/support.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { FakeHost, SessionUnderTest } from './support/session-under-test.js';
import { SocketClient } from './support/socket-client.js';

interface ShownUser {
  readonly id: number | string;
  readonly status: string;
}

describe('watching users over a socket', () => {
  let served: DaemonOverHttp;
  const clients: SocketClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.stop();
    await served.stop();
  });

  async function open(): Promise<SocketClient> {
    const client = new SocketClient(served.url);
    clients.push(client);
    return client.opened();
  }

  const ofType = (client: SocketClient, type: string) =>
    client.frames.filter((each) => each['type'] === type);

  const statesOf = (client: SocketClient): unknown[] =>
    ofType(client, 'state').map(({ users }) => (users as ShownUser[]).map(({ id, status }) => [id, status]));

  const eventsOf = (client: SocketClient): unknown[] =>
    ofType(client, 'event').map(({ event }) => {
      const { type, user } = event as { type: string; user: ShownUser };
      return [type, user.id];
    });

  const events = (client: SocketClient, expected: readonly unknown[]): Promise<unknown> =>
    eventually(() => expect(eventsOf(client)).to.deep.equal(expected), { every: 2 });

  describe('without keys', () => {
    beforeEach(async () => {
      served = await DaemonOverHttp.start();
    });

    it('sends their state, then ok, then what changes, until unwatch', async () => {
      await served.call('PUT', '/heal/7?device=phone');
      const client = await open();
      expect(await client.ask({ type: 'watch', users: [7, '8'] })).to.deep.equal({ type: 'ok' });
      expect(client.frames.map(({ type }) => type)).to.deep.equal(['state', 'ok']);
      expect(statesOf(client)).to.deep.equal([
        [
          [7, 'online'],
          [8, 'offline'],
        ],
      ]);
      const [state] = ofType(client, 'state') as unknown as { users: object[] }[];
      expect(state?.users[0]).to.deep.equal((await served.call('GET', '/users/7')).json);
      await served.call('PUT', '/heal/8');
      await served.call('PUT', '/heal/9');
      await served.call('PUT', '/heal/7?device=laptop');
      await served.call('DELETE', '/heal/7');
      await events(client, [
        ['user.online', 8],
        ['user.updated', 7],
        ['user.offline', 7],
      ]);
      expect(await client.ask({ type: 'unwatch', users: [8] })).to.deep.equal({ type: 'ok' });
      await served.call('DELETE', '/heal/8');
      await served.call('PUT', '/heal/7');
      await eventually(() => expect(eventsOf(client).slice(3)).to.deep.equal([['user.online', 7]]), {
        every: 2,
      });
      expect(await served.call('GET', '/stats').then(({ json }) => json)).to.deep.include({ sockets: 1 });
    });

    it('sends nobody twice who is watched already, and many in several frames', async () => {
      const client = await open();
      const users = Array.from({ length: 90 }, (_, index) => index);
      await client.ask({ type: 'watch', users });
      await client.ask({ type: 'watch', users: [0, 1, 90] });
      const states = statesOf(client) as unknown[][];
      expect(states.map(({ length }) => length)).to.deep.equal([50, 40, 1]);
    });

    it('sees what happens on its own socket, and on others', async () => {
      const [one, other] = [await open(), await open()];
      await one.ask({ type: 'watch', users: [7] });
      await one.ask({ type: 'heal', devices: [{ id: 7, device: 'a' }] });
      await other.ask({ type: 'heal', devices: [{ id: 7, device: 'b' }] });
      await other.ask({ type: 'goodbye', devices: [{ id: 7 }] });
      await events(one, [
        ['user.online', 7],
        ['user.updated', 7],
        ['user.offline', 7],
      ]);
    });

    it('is limited, and rejects what is no id', async () => {
      const client = await open();
      const users = [...Array.from({ length: 100 }, (_, index) => index), 'nobody', 100];
      const answer = await client.ask({ type: 'watch', users });
      expect(answer).to.deep.include({ accepted: 100 });
      expect(answer['rejected']).to.deep.equal([
        { index: 100, code: 'HEARTBEAT_INVALID_USER_ID', error: 'invalid user_id format' },
        { index: 101, code: 'HEARTBEAT_INVALID_FRAME', error: 'a socket can watch at most 100 users' },
      ]);
      expect(await client.ask({ type: 'unwatch', users: [0] })).to.deep.equal({ type: 'ok' });
      expect(await client.ask({ type: 'watch', users: [100] })).to.deep.equal({ type: 'ok' });
      expect(await client.ask({ type: 'unwatch', users: ['nobody'] })).to.deep.include({
        code: 'HEARTBEAT_INVALID_USER_ID',
      });
    });

    it('names the entries of an unwatch that are no ids, and takes the others', async () => {
      const client = await open();
      await client.ask({ type: 'watch', users: [7, 8] });
      expect(await client.ask({ type: 'unwatch', users: [7, 'x'] })).to.deep.include({
        code: 'HEARTBEAT_INVALID_USER_ID',
        accepted: 1,
        rejected: [{ index: 1, code: 'HEARTBEAT_INVALID_USER_ID', error: 'invalid user_id format' }],
      });
      for (const id of [7, 8]) await served.call('PUT', `/heal/${id}`);
      await events(client, [['user.online', 8]]);
    });

    it('ends with the socket', async () => {
      const client = await open();
      await client.ask({ type: 'watch', users: [7] });
      expect(served.daemon.app.events.readers).to.equal(1);
      client.stop();
      await eventually(() => expect(served.daemon.app.events.readers).to.equal(0), { every: 2 });
    });

    it('waits for a client that does not read, and sends everything once it does', async () => {
      const client = await open();
      await client.ask({ type: 'watch', users: [7] });
      client.ws.pause();
      const times = 400;
      for (let count = 0; count < times; count++) {
        await served.call(
          'PUT',
          '/heal/7?device=a',
          { meta: { count, long: 'x'.repeat(900) } },
          {
            'content-type': 'application/json',
          },
        );
      }
      client.ws.resume();
      const last = () => eventsOf(client).length;
      await eventually(() => expect(last()).to.equal(times), { every: 5 });
      const counts = ofType(client, 'event').map(({ event }) => {
        const { user } = event as { user: { devices: { meta: { count: number } }[] } };
        return user.devices[0]?.meta.count;
      });
      expect(counts).to.deep.equal(Array.from({ length: times }, (_, count) => count));
      expect(client.closed).to.equal(undefined);
    });
  });

  describe('with keys', () => {
    const auth = authOf(
      keyRule('healer'),
      keyRule('reader', { scopes: ['read'] }),
      keyRule('some', { scopes: ['heal', 'read'], users: { prefixes: ['a:'] } }),
    );

    beforeEach(async () => {
      served = await DaemonOverHttp.start({ '--user-ids': 'text' }, auth);
    });

    it('needs the scope read, within the users of the key', async () => {
      const healer = await open();
      await healer.ask({ type: 'auth', token: 'healer' });
      expect(await healer.ask({ type: 'watch', users: ['a:1'] })).to.deep.include({
        code: 'HEARTBEAT_FORBIDDEN',
      });
      const some = await open();
      await some.ask({ type: 'auth', token: 'some' });
      expect(await some.ask({ type: 'watch', users: ['a:1', 'b:1'] })).to.deep.include({
        code: 'HEARTBEAT_FORBIDDEN',
        accepted: 1,
        error: 'this key does not cover the user "b:1"',
      });
      expect(statesOf(some)).to.deep.equal([[['a:1', 'offline']]]);
    });

    it('is of the own user with a user token, and of those that it claims', async () => {
      const client = await open();
      await client.ask({ type: 'auth', token: await token({ sub: '5', exp: START + 600, watch: ['6'] }) });
      await client.ask({ type: 'heal', devices: [{ id: '5', meta: { secret: true } }] });
      const answer = await client.ask({ type: 'watch', users: ['5', '6', '7'] });
      expect(answer).to.deep.include({ code: 'HEARTBEAT_FORBIDDEN', accepted: 2 });
      expect(answer['error']).to.equal('this user token does not cover the user 7');
      const shown = (): unknown =>
        (ofType(client, 'state').at(-1) as { users: { devices: { meta: unknown }[] }[] }).users[0]?.devices[0]
          ?.meta;
      expect(shown()).to.equal(null);
      await client.ask({
        type: 'auth',
        token: await token({ sub: '5', exp: START + 600, watch: ['6'], meta: true }),
      });
      await eventually(() => expect(shown()).to.deep.equal({ secret: true }), { every: 2 });
      client.says({ type: 'auth', token: await token({ sub: '5', exp: START + 600 }), ref: 'less' });
      expect((await client.end()).code).to.equal(4401);
    });
  });
});

/** Events whose states come when a test says so. */
class HeldEvents implements EventsApi {
  readers = 0;
  readonly accesses: Access[] = [];
  /** If set, subscriptions are refused with it. */
  fault: Error | undefined;
  reader: EventReader | undefined;
  readonly failures: unknown[] = [];
  #held: (() => void)[] = [];

  subscribe(_filter: unknown, access: Access, reader: EventReader): Subscription {
    if (this.fault !== undefined) throw this.fault;
    this.accesses.push(access);
    this.reader = reader;
    return {
      failed: (error) => this.failures.push(error),
      watched: 0,
      watch: () => new Promise((resolve) => this.#held.push(resolve)),
      unwatch: () => undefined,
      resume: () => undefined,
      close: () => undefined,
    };
  }

  release(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

describe('the watch of a socket', () => {
  let clock: SimulatedClock;
  let events: HeldEvents;
  let host: FakeHost;

  beforeEach(() => {
    clock = new SimulatedClock();
    events = new HeldEvents();
    host = new FakeHost(clock, { users: new FakeDaemon(), events });
  });

  const settle = (): Promise<void> => clock.settle();

  async function release(): Promise<void> {
    await settle();
    events.release();
    await settle();
  }

  const answers = (socket: SessionUnderTest): unknown =>
    (socket.heard() as { ref?: number; type: string; code?: string }[]).map(({ ref, type, code }) => [
      ref,
      code ?? type,
    ]);

  it('that ends while users are added says ok to none of them, and to later ones again', async () => {
    const socket = new SessionUnderTest(host);
    socket.says({ type: 'watch', users: Array.from({ length: 60 }, (_, index) => index), ref: 1 });
    socket.says({ type: 'watch', users: [70], ref: 2 });
    await settle();
    events.reader?.ended('failed');
    socket.says({ type: 'watch', users: [0, 70], ref: 3 });
    await release();
    expect(answers(socket)).to.deep.equal([
      [undefined, 'HEARTBEAT_NOT_READY'],
      [1, 'HEARTBEAT_NOT_READY'],
      [2, 'HEARTBEAT_NOT_READY'],
    ]);
    await release();
    expect(answers(socket)).to.deep.equal([[3, 'ok']]);
    expect(events.accesses).to.have.lengthOf(2);
  });

  it('that has a state whose text cannot be made ends, and is reported', async () => {
    const socket = new SessionUnderTest(host);
    socket.says({ type: 'watch', users: [7], ref: 1 });
    await settle();
    const inParts = function* (): Generator<string> {
      yield '{"type":"state","at_ms":1,"users":[]}';
      throw new Error('no text for this user');
    };
    events.reader?.state({ id: 'run-1', users: [], pieces: () => [], inParts });
    await release();
    expect(String(events.failures)).to.equal('Error: no text for this user');
    expect(answers(socket)).to.deep.equal([
      [undefined, 'state'],
      [undefined, 'HEARTBEAT_NOT_READY'],
      [1, 'HEARTBEAT_NOT_READY'],
    ]);
    expect(socket.closed).to.equal(undefined);
  });

  async function watching(): Promise<SessionUnderTest> {
    host.allow('one', new Access('one', ['checkup']));
    host.allow('two', new Access('two', ['checkup']));
    const socket = new SessionUnderTest(host);
    socket.says({ type: 'auth', token: 'one' }).says({ type: 'watch', users: [7], ref: 1 });
    await release();
    expect(answers(socket)).to.deep.equal([[1, 'ok']]);
    return socket;
  }

  it('starts anew once for tokens that come meanwhile, as the last of them', async () => {
    const socket = await watching();
    for (let count = 0; count < 10; count++)
      for (const token of ['two', 'one', 'two']) socket.says({ type: 'auth', token });
    await release();
    expect(events.accesses.map(({ name }) => name)).to.deep.equal(['one', 'two']);
  });

  it('ends if it cannot start anew, and others can be watched in its place', async () => {
    host.limits.socket_watched = 1;
    const socket = await watching();
    events.fault = new HeartbeatError('HEARTBEAT_TOO_MANY_READERS', 'too many');
    socket.says({ type: 'auth', token: 'two', ref: 2 });
    await settle();
    expect(answers(socket)).to.deep.equal([
      [2, 'ok'],
      [undefined, 'HEARTBEAT_NOT_READY'],
    ]);
    events.fault = undefined;
    socket.says({ type: 'watch', users: [8], ref: 3 });
    await release();
    expect(answers(socket)).to.deep.equal([[3, 'ok']]);
  });
});
