import { expect } from 'chai';
import { EventClient, type Opening } from '../../support/event-client.js';
import type { ShownEvent, ShownState } from '../../support/event-picture.js';
import { eventually } from '../../support/eventually.js';
import { authOf, keyRule, token as tokenOf } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { RawClient } from '../support/raw-client.js';

/** How a heal gets to its actor: a query that nothing reads keeps it from the fast lane. */
const PATHS = { 'the fast lane': '', Express: '?not=fast' } as const;

for (const [way, query] of Object.entries(PATHS)) {
  describe(`events over HTTP, with heals by ${way}`, () => {
    let served: DaemonOverHttp;
    let clients: EventClient[];

    beforeEach(async () => {
      clients = [];
      served = await DaemonOverHttp.start();
    });

    afterEach(async () => {
      for (const client of clients) client.close();
      await served.stop();
    });

    const open = (path: string, opening?: Opening): EventClient => {
      const client = new EventClient(served.port, path, opening);
      clients.push(client);
      return client;
    };
    const heal = (id: number) => served.call('PUT', `/heal/${id}${query}`);
    const goodbye = (id: number) => served.call('DELETE', `/heal/${id}${query}`);

    it('begin with a state and go on with each change, each as its GET shows it', async () => {
      await heal(7);
      const client = await open('/events?users=7&users=8').received(1);
      expect(client.response?.headers).to.include({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      });
      const state = client.events[0]!.data as ShownState;
      expect(state.users).to.deep.equal([
        (await served.call('GET', '/users/7')).json,
        (await served.call('GET', '/users/8')).json,
      ]);
      await heal(8);
      await client.received(2);
      expect((client.events[1]!.data as ShownEvent).user).to.deep.equal(
        (await served.call('GET', '/users/8')).json,
      );
      await goodbye(7);
      await client.received(3);
      expect((client.events[2]!.data as ShownEvent).user).to.deep.equal(
        (await served.call('GET', '/users/7')).json,
      );
      expect(client.types).to.deep.equal(['state', 'user.online', 'user.offline']);
      expect(client.retry).to.be.within(1000, 3000);
      expect(new Set(client.events.map(({ id }) => id)).size).to.equal(3);
    });

    it('take a filter in a body, with very many users', async () => {
      const users = Array.from({ length: 2000 }, (_, id) => String(id));
      const body = { users, types: ['user.online'] };
      const client = await open('/events', { method: 'POST', body }).received(1);
      expect((client.events[0]!.data as ShownState).users).to.have.length(2000);
      await heal(1999);
      await goodbye(1999);
      await heal(5000);
      await heal(7);
      await client.received(3);
      expect(client.events.slice(1).map(({ data }) => (data as ShownEvent).user?.id)).to.deep.equal([
        1999, 7,
      ]);
    });

    it('of very many users begin one after another, also when one leaves before its turn', async () => {
      const body = { users: Array.from({ length: 2000 }, (_, at) => at) };
      const all = Array.from({ length: 4 }, () => open('/events', { method: 'POST', body }));
      all[1]?.close();
      for (const [at, client] of all.entries()) if (at !== 1) await client.received(1);
      expect(all.map(({ events }) => events.length)).to.deep.equal([1, 0, 1, 1]);
      await heal(1999);
      for (const [at, client] of all.entries()) if (at !== 1) await client.received(2);
      await eventually(async () =>
        expect((await served.call('GET', '/stats')).json).to.include({ event_readers: 3 }),
      );
    });

    it('show nodes as their GET does, without the UUID of their pings and the tag of their settings', async () => {
      const shown = async (): Promise<unknown> => {
        const {
          ping_uuid: uuid,
          settings_tag: tag,
          ...node
        } = (await served.call('GET', '/nodes/db-1')).json as { ping_uuid: string; settings_tag: string };
        expect(uuid).to.be.a('string');
        expect(tag).to.be.a('string');
        return node;
      };
      await served.call('PUT', '/nodes/db-1', { labels: { env: 'prod' } });
      const client = await open('/events?nodes=db-&label=env:prod').received(1);
      expect((client.events[0]!.data as ShownState).nodes).to.deep.equal([await shown()]);
      await heal(7);
      await served.call('POST', '/nodes/db-1/fail', { reason: 'disk full' });
      await client.received(2);
      const { type, node } = client.events[1]!.data as ShownEvent;
      expect([type, node]).to.deep.equal(['node.flip', await shown()]);
    });

    it('count everything and show failed nodes without a filter', async () => {
      await heal(7);
      await served.call('POST', '/nodes/bad/fail');
      await served.call('PUT', '/nodes/good/heartbeat');
      const client = await open('/events').received(1);
      const { counts, nodes } = client.events[0]!.data as ShownState;
      const stats = (await served.call('GET', '/stats')).json as { event_readers: number };
      expect(counts).to.deep.equal({ ...stats, event_readers: 0 });
      expect(stats.event_readers).to.equal(1);
      expect(nodes.map(({ name }) => name)).to.deep.equal(['bad']);
      client.close();
      await eventually(async () => {
        expect((await served.call('GET', '/stats')).json).to.include({ event_readers: 0 });
      });
    });

    it('continue after the last event that a client has', async () => {
      const first = await open('/events?users=7').received(1);
      await heal(7);
      await first.received(2);
      first.close();
      await goodbye(7);
      const headers = { 'last-event-id': first.last };
      const second = await open('/events?users=7', { headers }).received(1);
      expect(second.types).to.deep.equal(['user.offline']);
      const third = open('/events?users=7', { headers: { 'last-event-id': second.last } });
      // Nothing was missed, and it begins all the same.
      await third.begun();
      expect(third.types).to.deep.equal([]);
      const lost = await open('/events?users=7', { headers: { 'last-event-id': 'gone' } }).received(1);
      expect(lost.events[0]?.data).to.include({ type: 'state', reset: true });
    });

    it('are kept alive by a comment every 15 seconds', async () => {
      const client = await open('/events?users=7').received(1);
      await served.daemon.clock.advance(14_000);
      expect(client.comments).to.equal(0);
      await served.daemon.clock.advance(2_000);
      await eventually(() => expect(client.comments).to.equal(1));
      await served.daemon.clock.advance(30_000);
      await eventually(() => expect(client.comments).to.equal(3));
    });

    it('are refused with what is wrong', async () => {
      const code = 'HEARTBEAT_INVALID_QUERY';
      for (const path of [
        'users=seven',
        'types=user.gone',
        'types=',
        'label=prod',
        'token=abc',
        'access_token=abc',
        'nodes=a&nodes=b',
        Array.from({ length: 1001 }, (_, id) => `users=${id}`)
          .join('&')
          .slice(0, 3900) + '&users=x',
      ])
        expect(await open(`/events?${path}`).refusal(), path).to.include({ status: 400, code });
      for (const body of [
        [],
        'text',
        { user: [7] },
        { users: 7 },
        { users: [7.5] },
        { users: [2 ** 53] },
        { users: ['seven'] },
        { types: ['user.gone'] },
        { nodes: 7 },
        { labels: ['prod'] },
      ])
        expect(await open('/events', { method: 'POST', body }).refusal(), JSON.stringify(body)).to.include({
          status: 400,
          code: 'HEARTBEAT_INVALID_BODY',
        });
    });

    it('answer HEAD without a stream', async () => {
      const client = await open('/events?users=7', { method: 'HEAD' }).over();
      expect(client.status).to.equal(200);
      expect(served.daemon.app.events.readers).to.equal(0);
    });

    it('hold no request of the same connection back from its effect, and take no place in flight', async () => {
      const raw = new RawClient(served.port);
      const lines = ['GET /events?users=7', `PUT /heal/7${query}`];
      raw.send(lines.map((line) => `${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join(''));
      await eventually(() => expect(raw.received).to.include('user.online'));
      const { json } = await served.call('GET', '/checkup/7');
      expect(json).to.include({ status: 'online' });
      const metrics = (await served.text('/metrics')).split('\n');
      expect(metrics).to.include('heartbeat_event_readers 1');
      expect(metrics).to.include('heartbeat_http_requests_in_flight 1');
      raw.socket.destroy();
    });

    it('end in order when the gateway closes', async () => {
      const client = await open('/events?users=7').received(1);
      await served.closeGateway();
      await client.over();
      expect(client.isCut).to.equal(false);
    });
  });
}

describe('events over HTTP, for callers with keys and tokens', () => {
  const auth = authOf(keyRule('reader', { scopes: ['read'] }), keyRule('healer', { scopes: ['heal'] }), {
    ...keyRule('some', { scopes: ['read'] }),
    nodes: ['web'],
  });
  let served: DaemonOverHttp;
  let clients: EventClient[];

  beforeEach(async () => {
    clients = [];
    served = await DaemonOverHttp.start({}, auth);
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await served.stop();
  });

  const open = (path: string, credential: string | undefined): EventClient => {
    const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
    const client = new EventClient(served.port, path, { headers });
    clients.push(client);
    return client;
  };

  it('need the scope read', async () => {
    await open('/events', 'reader').received(1);
    expect(await open('/events', 'healer').refusal()).to.include({ status: 403 });
    expect(await open('/events', undefined).refusal()).to.include({ status: 401 });
  });

  it('are of whom a token claims to watch, until it ends', async () => {
    const seconds = Math.floor(served.daemon.clock.wall() / 1000);
    const token = await tokenOf({ sub: '7', exp: seconds + 60, watch: ['8', '9'] });
    const client = await open('/events', token).received(1);
    const state = client.events[0]!.data as ShownState;
    expect(state.users.map(({ id }) => id)).to.deep.equal([8, 9]);
    expect(state).to.not.have.property('counts');
    for (const path of ['/events?users=10', '/events?nodes=']) {
      expect(await open(path, token).refusal(), path).to.include({ status: 403 });
    }
    await open('/events?users=7', token).received(1);
    const headers = { authorization: `Bearer ${token}` };
    expect((await served.call('GET', '/checkup/8', undefined, headers)).status).to.equal(200);
    expect((await served.call('GET', '/checkup/10', undefined, headers)).status).to.equal(403);
    for (const [method, path] of [
      ['PUT', '/heal/8'],
      ['GET', '/heart_rhythm/8'],
      ['GET', '/users/8'],
    ] as const)
      expect((await served.call(method, path, undefined, headers)).status, path).to.equal(403);
    await served.daemon.clock.advance(58_000);
    expect(client.isOver).to.equal(false);
    await served.daemon.clock.advance(4_000);
    await client.over();
    expect(client.isCut).to.equal(false);
  });

  it('are of all users with a star, and of the own one without a claim', async () => {
    const exp = Math.floor(served.daemon.clock.wall() / 1000) + 60;
    const all = await open('/events', await tokenOf({ sub: '7', exp, watch: '*' })).received(1);
    const own = await open('/events', await tokenOf({ sub: '7', exp })).received(1);
    expect((own.events[0]!.data as ShownState).users.map(({ id }) => id)).to.deep.equal([7]);
    await served.call('PUT', '/heal/8', undefined, {
      authorization: `Bearer ${await tokenOf({ sub: '8', exp })}`,
    });
    await all.received(2);
    expect(own.types).to.deep.equal(['state']);
  });

  it('are refused to a token whose claims are wrong', async () => {
    const exp = Math.floor(served.daemon.clock.wall() / 1000) + 60;
    const many = Array.from({ length: 501 }, () => '1');
    for (const claims of [{ watch: many }, { watch: 7 }, { watch: [7] }, { watch: ['x'] }, { meta: 'yes' }])
      expect(await open('/events', await tokenOf({ sub: '7', exp, ...claims })).refusal()).to.include({
        status: 401,
      });
  });
});

describe('events over HTTP', () => {
  let served: DaemonOverHttp;
  let clients: EventClient[];

  beforeEach(async () => {
    clients = [];
    served = await DaemonOverHttp.start({}, undefined, { headers: 16_384, body: 1024 * 1024 });
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await served.stop();
  });

  const ids = (most: number) => Array.from({ length: most }, (_, id) => id);
  const opened = (...opening: [string, Opening?]): EventClient => {
    const client = new EventClient(served.port, ...opening);
    clients.push(client);
    return client;
  };
  const inQuery = (most: number) =>
    opened(
      `/events?${ids(most)
        .map((id) => `users=${id % 10}`)
        .join('&')}`,
    );
  const inBody = (most: number) => opened('/events', { method: 'POST', body: { users: ids(most) } });

  it('are of up to 1,000 users in a query, and up to 100,000 in a body', async () => {
    const client = await inQuery(1000).received(1);
    expect((client.events[0]!.data as ShownState).users).to.have.length(10);
    inBody(100_000);
    await eventually(() => expect(served.daemon.app.events.readers).to.equal(2));
    expect(await inQuery(1001).refusal()).to.include({ status: 400, code: 'HEARTBEAT_INVALID_QUERY' });
    expect(await inBody(100_001).refusal()).to.include({ status: 400, code: 'HEARTBEAT_INVALID_BODY' });
  });
});
