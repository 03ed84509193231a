import { expect } from 'chai';
import { createHeartbeat, Heartbeat, type UserChanged } from '../../../src/index.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { all, Instances } from './support.js';

const instances = new Instances();
afterEach(() => instances.clear());

describe('users of the library', () => {
  it('are shown with what HTTP shows, in camelCase and with Dates', async () => {
    const { users } = await instances.make();
    expect(await users.get(7)).to.deep.equal({
      id: '7',
      status: 'offline',
      since: undefined,
      lastSeen: undefined,
      deadline: undefined,
      devices: [],
    });
    await users.heal(7);
    const live = await users.get('7');
    expect(live).to.include({ id: '7', status: 'online' });
    for (const at of [live.since, live.lastSeen, live.deadline]) expect(at).to.be.instanceOf(Date);
    await users.goodbye(7);
    const gone = await users.get(7);
    expect(gone).to.include({ status: 'offline', deadline: undefined });
    for (const at of [gone.since, gone.lastSeen]) expect(at).to.be.instanceOf(Date);
    const [session] = await all(users.heartRhythm(7));
    expect(session).to.have.all.keys('onlineAt', 'offlineAt');
    expect(session?.onlineAt).to.be.instanceOf(Date);
    expect(session?.offlineAt).to.deep.equal(gone.since);
  });

  it('have devices that leave one by one', async () => {
    const { users } = await instances.make();
    await users.heal(7, { device: 'phone', meta: { away: true } });
    await users.heal(7, { device: 'laptop' });
    const { devices } = await users.get(7);
    expect(devices.map(({ device, meta }) => [device, meta])).to.deep.equal([
      ['phone', { away: true }],
      ['laptop', undefined],
    ]);
    expect(devices[0]?.since).to.be.instanceOf(Date);
    await users.heal(7, { device: 'phone', meta: null });
    expect((await users.get(7)).devices[0]?.meta).to.equal(undefined);
    expect(await users.goodbye(7, { device: 'phone' })).to.equal('online');
    expect(await users.goodbye(7, { device: 'laptop' })).to.equal('offline');
  });

  it('refuse a device or meta that is none, in words', async () => {
    const { users } = await instances.make();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    for (const device of [
      { device: 'a b' },
      { meta: [] },
      { meta: cyclic },
      { meta: { a: 'x'.repeat(1024) } },
    ]) {
      const refused: unknown = await users.heal(7, device as never).catch((error: unknown) => error);
      expect(refused)
        .to.be.instanceOf(TypeError)
        .with.property('message')
        .that.matches(/^invalid device:/);
    }
    expect(await users.checkup(7)).to.equal('offline');
  });

  it('have ids of any text where these are configured', async () => {
    const { users } = await instances.make({ settings: { user_ids: 'text' } });
    await users.heal('ann');
    await users.heal(7);
    expect((await users.get('ann')).id).to.equal('ann');
    expect((await all(users.list())).map(({ id }) => id)).to.deep.equal(['7', 'ann']);
    expect((await users.healMany(['007', 'a\nb'])).rejected).to.have.length(1);
  });

  it('are healed and looked at together, each by itself', async () => {
    const { users } = await instances.make();
    const most = 9_223_372_036_854_775_807n;
    expect(await users.healMany([1, 'x', most, 2.5])).to.deep.equal({
      accepted: 2,
      rejected: [
        { index: 1, error: 'invalid user_id format' },
        { index: 3, error: 'invalid user_id format' },
      ],
    });
    expect(await users.checkupMany(new Set([1, 2, 'y', most]))).to.deep.equal({
      results: [
        { id: '1', status: 'online' },
        { id: '2', status: 'offline' },
        { id: String(most), status: 'online' },
      ],
      rejected: [{ index: 2, error: 'invalid user_id format' }],
    });
    expect(await users.healMany([])).to.deep.equal({ accepted: 0, rejected: [] });
  });

  it('are listed and counted while they are online', async () => {
    const { users } = await instances.make();
    await users.healMany([1, 2, 3]);
    await users.goodbye(2);
    const listed = await all(users.list());
    expect(listed.map(({ id }) => id)).to.deep.equal(['1', '3']);
    const { devices, status, ...times } = await users.get(1);
    expect(listed[0]).to.deep.equal(times);
    expect([status, devices.length]).to.deep.equal(['online', 1]);
    await eventually(async () => expect(await users.counts()).to.deep.equal({ online: 2 }));
  });

  it('are listed in the order of their numbers, however many they are', async () => {
    const { users } = await instances.make();
    const ids = Array.from({ length: 1500 }, (_, at) => at - 20);
    await users.healMany([...ids].reverse());
    expect((await all(users.list())).map(({ id }) => Number(id))).to.deep.equal(ids);
  });

  it('are healed together with their devices', async () => {
    const { users } = await instances.make();
    const healed = await users.healMany([
      { id: 7, device: 'phone', meta: { away: true } },
      8,
      { id: 7n, device: 'laptop' },
      { id: 9, device: 'no name' },
      { id: 9, colour: 'red' } as never,
    ]);
    expect(healed.accepted).to.equal(3);
    expect(healed.rejected.map(({ index }) => index)).to.deep.equal([3, 4]);
    expect(healed.rejected[0]?.error).to.match(/device: must be a text/);
    const { results } = await users.checkupMany([7, 8, 9], { fields: ['devices'] });
    expect(results.map(({ id, devices }) => [id, devices?.map(({ device }) => device)])).to.deep.equal([
      ['7', ['phone', 'laptop']],
      ['8', [undefined]],
      ['9', []],
    ]);
  });

  it('show when they were last seen in a checkup of many that asks for it', async () => {
    const { users } = await instances.make();
    await users.healMany([1, 2]);
    await users.goodbye(2);
    const { results, rejected } = await users.checkupMany([1, 2, 3, 'x'], { fields: ['lastSeen'] });
    expect(rejected).to.have.length(1);
    for (const { id, lastSeen } of results) expect(lastSeen).to.deep.equal((await users.get(id)).lastSeen);
    expect(results.map((each) => Object.keys(each))).to.deep.equal([
      ['id', 'status', 'lastSeen'],
      ['id', 'status', 'lastSeen'],
      ['id', 'status', 'lastSeen'],
    ]);
    for (const fields of [['name'], 'lastSeen', [1]]) {
      const refused: unknown = await users
        .checkupMany([1], { fields: fields as never })
        .catch((error: unknown) => error);
      expect(refused)
        .to.be.instanceOf(TypeError)
        .with.property('message')
        .that.contains('lastSeen and devices');
    }
  });

  it('are counted with their devices and the nodes', async () => {
    const instance = await instances.make();
    await instance.users.healMany([{ id: 7, device: 'phone' }, { id: 7, device: 'laptop' }, 8]);
    await instance.nodes.heartbeat('db');
    expect(await instance.stats()).to.deep.equal({
      users: { online: 2 },
      devices: 3,
      nodes: { registered: 1, active: 1, inactive: 0, failed: 0, paused: 0 },
      sockets: 0,
      eventReaders: 0,
    });
  });

  it('are told of once when they come and when they go, by silence, a goodbye and an erasure', async () => {
    const instance = await instances.make({ sessionTimeout: 0.5 });
    const told: UserChanged[] = [];
    instance.onOnline(() => {
      throw new Error('of no matter to the others');
    });
    const end = instance.onOnline((change) => told.push(change));
    instance.onOffline((change) => told.push(change));
    const { users } = instance;
    await users.healMany([1, 2, 3]);
    await users.heal(1);
    await users.goodbye(2);
    await users.goodbye(2);
    await users.erase(3);
    await eventually(() => expect(told).to.have.length(6));
    const of = (user: string): string[] => told.filter(({ id }) => id === user).map(({ status }) => status);
    for (const id of ['1', '2', '3']) expect(of(id)).to.deep.equal(['online', 'offline']);
    for (const { at } of told) expect(at).to.be.instanceOf(Date);
    const [session] = await all(users.heartRhythm(1));
    expect(told.findLast(({ id }) => id === '1')?.at).to.deep.equal(session?.offlineAt);
    end();
    await users.heal(4);
    await eventually(() => expect(told).to.have.length(7));
    expect(of('4')).to.deep.equal(['offline']);
    expect(instances.logger.events()).to.include('callback threw an error');
  });
});

describe('what the library tells of itself', () => {
  it('is in camelCase, with Dates, also for the instance of a program', async () => {
    Heartbeat.setup((config) => {
      config.logger = new RecordingLogger();
    });
    await Heartbeat.nodes.register('db-1');
    await Heartbeat.nodes.fail('db-1');
    expect(await Heartbeat.nodes.counts()).to.deep.equal({
      registered: 1,
      active: 0,
      inactive: 0,
      failed: 1,
      paused: 0,
    });
    await eventually(async () => {
      const [alert] = await all(Heartbeat.alerts());
      expect(alert).to.include({ type: 'node.reported_failure', node: 'db-1', blind: 0 });
      expect(alert?.at).to.be.instanceOf(Date);
      const [delivery] = Object.values(alert?.channels ?? {});
      expect(delivery).to.include({ state: 'delivered', attempts: 1, lastError: undefined });
      expect(delivery?.lastAttempt).to.be.instanceOf(Date);
    });
    const shown = await Heartbeat.supervision();
    expect(shown).to.have.property('startedAt').that.is.instanceOf(Date);
    expect(namesIn(shown).filter((name) => name.includes('_'))).to.deep.equal([]);
    await Heartbeat.close();
  });

  function namesIn(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, each]) => [
      ...(Array.isArray(value) ? [] : [name]),
      ...namesIn(each),
    ]);
  }
});

describe('an instance that is closed', () => {
  it('is disposed of at the end of its block', async () => {
    const instance = await createHeartbeat({ logger: instances.logger });
    await instance[Symbol.asyncDispose]();
    expect(instance.ready).to.equal(false);
  });

  it('refuses calls, and no call starts another one, until Heartbeat is set up again', async () => {
    const logger = new RecordingLogger();
    const setup = (): void =>
      Heartbeat.setup((config) => {
        config.logger = logger;
      });
    setup();
    await Heartbeat.nodes.register('db-1');
    await Heartbeat.close();
    for (const call of [
      () => Heartbeat.nodes.heartbeat('db-1'),
      () => Heartbeat.users.heal(1),
      () => Heartbeat.supervision(),
      () => Heartbeat.alerts().next(),
    ]) {
      const refused: unknown = await call().catch((error: unknown) => error);
      expect(refused).to.include({ code: 'HEARTBEAT_NOT_READY' });
      expect(String(refused)).to.include('set Heartbeat up again');
    }
    expect(logger.events().filter((event) => event === 'starting')).to.have.length(1);
    setup();
    expect(await Heartbeat.nodes.get('db-1')).to.equal(undefined);
    await Heartbeat.close();
    await Heartbeat.close();
    await Heartbeat.start();
    await Heartbeat.nodes.heartbeat('db-1');
    await Heartbeat.close();
  });
});
