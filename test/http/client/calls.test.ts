import { expect } from 'chai';
import {
  createClient,
  HeartbeatClientError,
  type Api,
  type HeartbeatClient,
} from '../../../src/client/index.js';
import { openApi } from '../../../src/http/contract/document.js';
import { Contract } from '../../support/contract.js';
import { authOf, keyRule, token } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { all, errorOf } from './support.js';

/** Beyond 2^53, in either direction. */
const LONG = '9223372036854775807';
const NEGATIVE = '-9223372036854775808';

const KEY = 'a-key-of-the-tests';

interface Kind {
  readonly flags?: Readonly<Record<string, string>>;
  readonly auth?: ReturnType<typeof authOf>;
  readonly key?: string | (() => Promise<string>);
  /** Ids of three users who are not known yet. */
  readonly ids: readonly [string, string, string];
}

const scopes = ['heal', 'read', 'admin'] as const;
const KINDS: Readonly<Record<string, Kind>> = {
  'without keys': { ids: ['7', LONG, NEGATIVE] },
  'with a key': { auth: authOf(keyRule(KEY, { scopes })), key: KEY, ids: ['7', LONG, NEGATIVE] },
  'with a key that is asked for': {
    auth: authOf(keyRule(KEY, { scopes })),
    key: () => Promise.resolve(KEY),
    ids: ['7', LONG, NEGATIVE],
  },
  'with ids that are texts': {
    flags: { '--user-ids': 'text' },
    ids: ['7f3e-ann', 'a/b?c#d%41 \u00e9\u{1f600}', '007'],
  },
};

for (const [kind, { flags, auth, key, ids }] of Object.entries(KINDS)) {
  describe(`the client for servers, ${kind}`, () => {
    const [ann, bob, eve] = ids;
    let served: DaemonOverHttp;
    let client: HeartbeatClient;

    beforeEach(async () => {
      served = await DaemonOverHttp.start(flags, auth);
      client = createClient({ url: served.url, key });
    });

    afterEach(async () => {
      await client.close();
      await served.stop();
    });

    const at = (seconds: number): Date => new Date(seconds * 1000);

    it('heals, checks up, and says goodbye', async () => {
      expect(await client.checkup(ann)).to.deep.equal({ id: ann, status: 'offline' });
      expect(await client.heal(ann)).to.equal('online');
      expect(await client.checkup(ann)).to.deep.equal({ id: ann, status: 'online' });
      expect(await client.goodbye(ann)).to.equal('offline');
      expect(await client.checkup(ann)).to.deep.equal({ id: ann, status: 'offline' });
    });

    it('keeps devices apart, with their meta', async () => {
      const meta = { away: true, id: 5, long: Number('12345678901234567890'), 'x"id': 1 };
      await client.heal(bob, { device: 'phone', meta });
      await client.heal(bob, { device: 'web' });
      const { devices } = await client.users.get(bob);
      expect(devices.map((each) => [each.device, each.meta])).to.deep.equal([
        ['phone', meta],
        ['web', null],
      ]);
      await client.heal(bob, { device: 'phone', meta: null });
      expect(await client.goodbye(bob, { device: 'web' })).to.equal('online');
      const left = (await client.users.get(bob)).devices;
      expect(left.map((each) => [each.device, each.meta])).to.deep.equal([['phone', null]]);
    });

    it('heals, asks for and ends many at once, with every digit', async () => {
      expect(await client.heal([ann, { id: bob, device: 'web', meta: { a: 1 } }])).to.deep.equal({
        accepted: 2,
        rejected: [],
      });
      const { results, rejected = [] } = await client.checkup([eve, bob, ''], {
        fields: ['lastSeen', 'devices'],
      });
      expect(rejected).to.deep.equal([{ index: 2, error: 'invalid user_id format' }]);
      expect(results.map(({ id, status }) => [id, status])).to.deep.equal([
        [eve, 'offline'],
        [bob, 'online'],
      ]);
      expect(results[0]).to.deep.include({ lastSeen: null, devices: [] });
      expect(results[1]?.lastSeen).to.deep.equal(at(served.now));
      expect(results[1]?.devices?.map(({ meta }) => meta)).to.deep.equal([{ a: 1 }]);
      expect(await client.goodbye([ann, '..', bob])).to.deep.equal({
        accepted: 2,
        rejected: [{ index: 1, error: 'invalid user_id format' }],
      });
      const after = await client.checkup([ann, bob]);
      expect(after.results.map(({ status }) => status)).to.deep.equal(['offline', 'offline']);
    });

    it('sends what is too much for one call in several, and counts on', async () => {
      const names = Array.from({ length: 250 }, (_, place) => (place === 249 ? '' : `node-${place}`));
      expect(await client.nodes.heartbeat(names)).to.deep.equal({
        accepted: 249,
        rejected: [{ index: 249, error: 'invalid node name' }],
      });
      const users = Array.from({ length: 250 }, (_, place) => (place === 200 ? '' : String(place)));
      const rejected = [{ index: 200, error: 'invalid user_id format' }];
      expect(await client.heal(users)).to.deep.equal({ accepted: 249, rejected });
      const checked = await client.checkup(users);
      expect(checked.rejected).to.deep.equal(rejected);
      expect(checked.results.map(({ id }) => id)).to.deep.equal(users.filter((id) => id !== ''));
    });

    it('reads sessions of one and of many, with instants as dates', async () => {
      const began = at(served.now);
      await client.heal(ann);
      await client.goodbye(ann);
      await client.heal(bob);
      const [first, second, third] = await client.rhythm([ann, bob, eve]);
      expect(first).to.deep.equal({ id: ann, history: [{ onlineAt: began, offlineAt: began }] });
      expect(second?.history).to.have.length(1);
      expect(third).to.deep.equal({ id: eve, history: [] });
      const { history } = await client.rhythm(bob, { from: began, order: 'desc', limit: 1 });
      expect(history).to.deep.equal([{ onlineAt: began, offlineAt: at(served.now + 7) }]);
      expect((await client.rhythm(bob, { to: new Date(0) })).history).to.deep.equal([]);
      expect(await errorOf(client.rhythm(bob, { limit: 0 }))).to.include({
        code: 'HEARTBEAT_INVALID_QUERY',
        status: 400,
        message: 'query parameter limit must be a whole number from 1 to 1000',
      });
    });

    it('shows, lists and erases users', async () => {
      const now = at(served.now);
      const deadline = at(served.now + 7);
      await client.heal([ann, bob]);
      expect(await client.users.get(ann)).to.deep.equal({
        id: ann,
        status: 'online',
        since: now,
        lastSeen: now,
        deadline,
        devices: [{ device: null, since: now, lastSeen: now, deadline, meta: null }],
      });
      expect(await client.users.get(eve)).to.deep.equal({
        id: eve,
        status: 'offline',
        since: null,
        lastSeen: null,
        deadline: null,
        devices: [],
      });
      const listed = await all(client.users.list());
      expect(listed).to.have.deep.members(
        [ann, bob].map((id) => ({ id, since: now, lastSeen: now, deadline })),
      );
      await client.users.erase(ann);
      expect((await client.rhythm(ann)).history).to.deep.equal([]);
    });

    it('registers, shows, lists and deletes nodes', async () => {
      const name = 'db/1 \u00e9?#%';
      const node = await client.nodes.register(name, {
        timeout: { adaptive: true, min: 2, max: 60 },
        maxRetries: 1,
        labels: { snake_case: 'b', camelCase: 'c' },
        channels: ['ops'],
        dependsOn: ['switch'],
        paused: false,
      });
      expect(node).to.deep.include({
        name,
        state: 'active',
        timeout: { adaptive: true, min: 2, max: 60 },
        maxRetries: 1,
        labels: { snake_case: 'b', camelCase: 'c' },
        dependsOn: ['switch'],
        lastHeartbeat: null,
        since: at(served.now),
      });
      expect(node.rhythm).to.deep.equal({ mean: null, deviation: null, samples: 0, timeout: 60 });
      await client.nodes.heartbeat(name);
      expect((await client.nodes.get(name))?.lastHeartbeat).to.deep.equal(at(served.now));
      expect(
        (await all(client.nodes.list({ label: 'snake_case:b' }))).map((each) => each.name),
      ).to.deep.equal([name]);
      expect(await all(client.nodes.list({ paused: true }))).to.deep.equal([]);
      expect(await client.nodes.pause(name)).to.include({ paused: true, deadline: null });
      expect(await client.nodes.resume(name)).to.include({ paused: false });
      await client.nodes.forget(name);
      expect(await client.nodes.get(name)).to.equal(undefined);
    });

    it('reports failures, acknowledges them, and reads flips and uptime', async () => {
      await client.nodes.heartbeat('db-1');
      expect(await client.nodes.fail('db-1', 'disk full')).to.include({ state: 'failed' });
      const until = at(served.now + 3600);
      const { acknowledged } = await client.nodes.acknowledge('db-1', { by: 'ann', reason: 'on it', until });
      expect(acknowledged).to.deep.equal({ by: 'ann', reason: 'on it', at: at(served.now), until });
      expect(await client.nodes.unacknowledge('db-1')).to.include({ acknowledged: null });
      const [flip, ...others] = await all(client.nodes.flips('db-1'));
      expect(others).to.deep.equal([]);
      expect(Number(flip?.at)).to.be.closeTo(served.daemon.clock.wall(), 1000);
      expect(flip).to.deep.equal({
        from: 'active',
        to: 'failed',
        at: flip?.at,
        cause: 'report',
        retries: 0,
        blindSeconds: 0,
        reason: 'disk full',
      });
      const uptime = await client.nodes.uptime('db-1');
      expect(uptime.to).to.be.instanceOf(Date);
      expect(uptime).to.include.keys('ratio', 'activeSeconds', 'failedSeconds', 'blindSeconds');
      expect(await errorOf(client.nodes.acknowledge('stranger', { by: 'ann' }))).to.include({
        code: 'HEARTBEAT_UNKNOWN_NODE',
        status: 404,
        message: 'unknown node',
        call: 'POST /nodes/stranger/acknowledge',
      });
    });

    it('lists alerts, and says what cannot be redelivered or tested', async () => {
      expect(
        await all(client.alerts.list({ state: ['dead', 'pending'], type: 'node.failed' })),
      ).to.deep.equal([]);
      expect((await errorOf(client.alerts.redeliver('00000000000000000000000000'))).code).to.equal(
        'HEARTBEAT_NO_SUCH_ALERT',
      );
      expect((await errorOf(client.channels.test('no/such'))).code).to.equal('HEARTBEAT_NO_SUCH_CHANNEL');
    });

    it('tells the state of the daemon', async () => {
      await client.heal(ann);
      expect((await client.stats()).users).to.deep.equal({ online: 1 });
      expect(await client.ready()).to.deep.equal({ status: 'ready' });
      expect(await client.health()).to.deep.equal({ status: 'ok' });
      expect((await client.supervision()).status).to.equal('ready');
      expect(await client.metrics()).to.include('heartbeat_users_online 1');
      expect((await client.openapi()).openapi).to.equal('3.1.0');
    });

    it('streams what changes, each as its call shows it', async () => {
      await client.heal(ann);
      const events = client.events({ users: [ann, bob] });
      const state = await events.next();
      expect(state.value).to.deep.include({
        type: 'state',
        users: [await client.users.get(ann), await client.users.get(bob)],
      });
      await client.heal(bob);
      const { value } = await events.next();
      expect(value).to.deep.include({ type: 'user.online', user: await client.users.get(bob) });
      expect(value?.at).to.be.instanceOf(Date);
      await events.return();
    });
  });
}

describe('ids that are bigints', () => {
  let served: DaemonOverHttp;

  afterEach(() => served.stop());

  it('are so everywhere', async () => {
    served = await DaemonOverHttp.start();
    const client = createClient({ url: served.url, ids: 'bigint' });
    const id = BigInt(LONG);
    await client.heal(id);
    await client.heal([BigInt(NEGATIVE), 5]);
    const ids: bigint[] = [
      (await client.checkup(id)).id,
      (await client.checkup([id])).results[0]!.id,
      (await client.rhythm(id)).id,
      (await client.users.get(id)).id,
    ];
    expect(ids).to.deep.equal([id, id, id, id]);
    expect((await all(client.users.list())).map((user) => user.id)).to.deep.equal([BigInt(NEGATIVE), 5n, id]);
    const [first] = await all(take(client.events({ users: [id] }), 1));
    expect(first?.type === 'state' && first.users.map((user: Api.User<bigint>) => user.id)).to.deep.equal([
      id,
    ]);
    await client.close();
  });

  it('are refused where ids are texts, and numbers that have lost digits are not sent', async () => {
    served = await DaemonOverHttp.start({ '--user-ids': 'text' });
    const client = createClient({ url: served.url, ids: 'bigint' });
    await client.heal(7n);
    expect(await errorOf(client.checkup(7n))).to.include({ code: 'HEARTBEAT_CLIENT_WRONG_IDS', status: 0 });
    const lossy = await client.heal(2 ** 53).catch((error: unknown) => error);
    expect(lossy).to.be.instanceOf(TypeError);
    await client.close();
  });
});

describe('a client with little permission', () => {
  let served: DaemonOverHttp;

  afterEach(() => served.stop());

  it('is told what a user token may not do, by code, status and sentence', async () => {
    served = await DaemonOverHttp.start({}, authOf(keyRule(KEY, { scopes })));
    const seconds = served.now + 60;
    const own = createClient({ url: served.url, key: () => token({ sub: '5', exp: seconds, watch: ['6'] }) });
    expect(await own.heal('5')).to.equal('online');
    expect((await own.checkup(6)).status).to.equal('offline');
    expect(await own.heal(['5', '6'])).to.deep.equal({
      accepted: 1,
      rejected: [{ index: 1, error: 'this user token does not cover this user_id' }],
    });
    const error = await errorOf(own.heal(6));
    expect(error).to.be.instanceOf(HeartbeatClientError);
    expect(error).to.include({
      code: 'HEARTBEAT_FORBIDDEN',
      status: 403,
      message: 'this user token does not cover this user_id',
      call: 'PUT /heal/6',
    });
    expect(error.requestId).to.be.a('string');
    expect((await errorOf(own.nodes.heartbeat('db-1'))).code).to.equal('HEARTBEAT_FORBIDDEN');
    const [state] = await all(take(own.events({ users: [5, 6] }), 1));
    expect(state?.type).to.equal('state');
    expect((await errorOf(own.events({ users: [7] }).next())).code).to.equal('HEARTBEAT_FORBIDDEN');
    const stranger = createClient({ url: served.url });
    expect(await errorOf(stranger.heal(5))).to.include({ code: 'HEARTBEAT_UNAUTHORIZED', status: 401 });
    await Promise.all([own.close(), stranger.close()]);
  });

  it('pings for a job, by UUID, or by a ping key and a slug', async () => {
    const auth = authOf(
      keyRule('admin', { scopes: ['admin', 'read'] }),
      keyRule('cron', { scopes: ['ping'], nodes: ['cron-'], create: true }),
    );
    served = await DaemonOverHttp.start({}, auth);
    const admin = createClient({ url: served.url, key: 'admin' });
    const job = createClient({ url: served.url, retries: 0 });
    const { pingUuid = '' } = await admin.nodes.register('backup', { timeout: 60, maxRetries: 0 });
    const rid = '123e4567-e89b-12d3-a456-426614174000';
    expect(await job.ping(pingUuid, { kind: 'start', rid })).to.equal('OK');
    await served.daemon.clock.advance(1_500);
    expect(await job.ping(pingUuid, { exitStatus: 3, rid, body: 'disk full' })).to.equal('OK');
    expect(await admin.nodes.get('backup')).to.include({ state: 'failed', lastDuration: 1.5 });
    expect(await job.ping(pingUuid)).to.equal('OK');
    const cron = { key: 'cron', slug: 'cron-backup' };
    expect(await job.ping(cron, { create: true })).to.equal('Created');
    for (const kind of ['log', 'fail', 'success'] as const)
      expect(await job.ping(cron, { kind, body: 'bytes: 7' })).to.equal('OK');
    const kept = await all(admin.nodes.pings('backup'));
    expect(kept.map(({ kind, exitStatus }) => [kind, exitStatus])).to.deep.equal([
      ['success', null],
      ['exit', 3],
      ['start', null],
    ]);
    expect(await admin.nodes.pingBody('backup', 2)).to.equal('disk full');
    const error = await errorOf(job.ping(pingUuid.replace(/^./, (first) => (first === '0' ? '1' : '0'))));
    expect(error).to.include({
      code: 'HEARTBEAT_CLIENT_PING_REFUSED',
      status: 404,
      message: 'not found',
      call: 'POST /ping/(redacted)',
    });
    expect((await errorOf(job.ping(pingUuid, { rid: 'x' }))).message).to.equal('invalid uuid format');
    for (const wrong of [
      { exitStatus: 256 },
      { exitStatus: 0, kind: 'fail' as const },
      { create: true },
      { kind: 'done' } as object,
      { ridd: rid } as object,
    ])
      expect(await job.ping(pingUuid, wrong).catch((thrown: unknown) => thrown)).to.be.instanceOf(TypeError);
    await Promise.all([admin.close(), job.close()]);
  });

  it('is told all that is wrong with a body, and a misspelt option before anything is sent', async () => {
    served = await DaemonOverHttp.start();
    const client = createClient({ url: served.url });
    const { code, problems } = await errorOf(client.nodes.register('db-1', { timeout: -1, maxRetries: 0.5 }));
    expect(code).to.equal('HEARTBEAT_INVALID_BODY');
    expect(problems.map(({ path }) => path)).to.deep.equal(['timeout', 'max_retries']);
    const misspelt = { devise: 'web' } as object;
    const calls: (() => Promise<unknown>)[] = [
      () => client.heal(5, misspelt),
      () => client.goodbye(5, misspelt),
      () => client.checkup([5], misspelt),
      () => client.heal([{ id: 5, ...misspelt }]),
      () => client.rhythm(5, misspelt),
      () => client.nodes.get('db-1', misspelt),
      () => all(client.nodes.list(misspelt)),
    ];
    for (const call of calls) {
      const error: unknown = await Promise.resolve()
        .then(call)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TypeError);
      expect(String(error)).to.include('unknown option devise');
    }
    await client.close();
    expect((await errorOf(client.stats())).code).to.equal('HEARTBEAT_CLIENT_CLOSED');
  });
});

describe('the events of the contract', () => {
  it('are what the daemon sends', async () => {
    const served = await DaemonOverHttp.start();
    const contract = new Contract(openApi({ batch: 100, page: 100 }));
    const client = createClient({ url: served.url });
    const events = client.events();
    await events.next();
    await client.heal(7);
    await client.heal(7, { device: 'web' });
    await client.goodbye(7);
    await client.nodes.fail('db-1', 'disk full');
    const types: string[] = [];
    for (let count = 0; count < 4; count++) types.push(String((await events.next()).value?.type));
    expect(types).to.deep.equal(['user.online', 'user.updated', 'user.offline', 'node.flip']);
    await client.close();
    expect(await events.next()).to.deep.equal({ done: true, value: undefined });
    const raw = await fetch(`${served.url}/events`);
    const reader = raw.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('data: ')) text += (await reader.read()).value ?? '';
    await reader.cancel();
    const [, data = ''] = /^data: (.*)$/m.exec(text) ?? [];
    expect(contract.problems({ $ref: '#/components/schemas/Event' }, JSON.parse(data))).to.equal('');
    await served.stop();
  });
});

async function* take<T>(list: AsyncIterable<T>, most: number): AsyncGenerator<T> {
  let count = 0;
  for await (const each of list) {
    yield each;
    if (++count === most) return;
  }
}
