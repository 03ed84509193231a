import { expect } from 'chai';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import type { SentEvent } from '../../../src/app/events/events-api.js';
import { Access, ANYBODY } from '../../../src/domain/access.js';
import type { EndedSession } from '../../../src/domain/session.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { PicturingReader, shownUser, subscribe, type ShownEvent } from '../../support/event-picture.js';
import { Faults } from '../../support/faults.js';
import { FourPartitions, holding, USERS } from '../../support/four-partitions.js';
import { Disk } from '../../support/model/disk.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { RefusingStore } from '../../support/refusing-store.js';
import { node, user } from '../../support/ids.js';
import { SimulatedApp } from '../../support/simulated-app.js';

const TIMEOUT = 7000;
const [ANN, BEN, CAT] = [user(1), user(2), user(3)];

const types = ({ log }: PicturingReader): readonly string[] => log.map(({ type }) => type);

/** Reads of sessions wait until they are let go. */
class SlowReads extends MemoryHistoryStore {
  release: () => void = () => undefined;
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  override async lastSession(id: UserId): Promise<EndedSession | undefined> {
    await this.#released;
    return super.lastSession(id);
  }
}

/** Counts the users whose last session is read. */
class CountingReads extends MemoryHistoryStore {
  reads = 0;

  override lastSession(id: UserId): Promise<EndedSession | undefined> {
    this.reads++;
    return super.lastSession(id);
  }
}

/** Is full after each batch, until it is told to read on. */
class ReaderOfBatches extends PicturingReader {
  readonly batches: (readonly ShownEvent[])[] = [];
  longest = 0;
  passedWhileFull = 0;

  override events(events: readonly SentEvent[]): void {
    if (this.isFull) this.passedWhileFull++;
    this.isFull = true;
    this.longest = Math.max(this.longest, events.map(({ text }) => text).join('').length);
    this.batches.push(events.map(({ text }) => JSON.parse(text) as ShownEvent));
  }

  resume(): void {
    this.isFull = false;
    this.subscription?.resume();
  }
}

async function heal(daemon: SimulatedApp, id: UserId, device?: string, meta?: string | null): Promise<void> {
  daemon.app.users.ask('heal', id, () => undefined, { device, meta });
  await daemon.clock.settle();
}

async function goodbye(daemon: SimulatedApp, id: UserId, device?: string): Promise<void> {
  daemon.app.users.ask('goodbye', id, () => undefined, { device });
  await daemon.clock.settle();
}

async function read(
  daemon: SimulatedApp,
  ...filter: Parameters<typeof subscribe> extends [unknown, ...infer Rest] ? Rest : never
): Promise<PicturingReader> {
  const reader = subscribe(daemon, ...filter);
  await daemon.clock.settle();
  return reader;
}

describe('a reader of events', () => {
  let daemon: SimulatedApp;
  const faults = new Faults();

  beforeEach(async () => {
    daemon = await SimulatedApp.start({ decideUser: faults.decide, decideNode: faults.decideNode });
  });

  afterEach(async () => {
    await daemon.app.stop();
  });

  it('first gets the state of the users it names, as their GET shows them', async () => {
    await heal(daemon, ANN, 'phone', '{"away":true}');
    await heal(daemon, BEN);
    await goodbye(daemon, BEN);
    const reader = await read(daemon, { users: [ANN, BEN, CAT] });
    expect(reader.states).to.have.length(1);
    expect(reader.states[0]?.users).to.deep.equal([
      await shownUser(daemon, ANN),
      await shownUser(daemon, BEN),
      await shownUser(daemon, CAT),
    ]);
    expect(reader.states[0]).to.have.keys('type', 'at_ms', 'users', 'nodes');
  });

  it('then gets each change, as GET shows the user after it', async () => {
    const reader = await read(daemon, { users: [ANN] });
    await heal(daemon, ANN);
    expect(reader.log.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    await heal(daemon, ANN, 'phone', '{"n":1}');
    expect(reader.log.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    await heal(daemon, ANN, 'phone', '{"n":1}');
    await heal(daemon, ANN, 'phone', null);
    expect(reader.log.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    await goodbye(daemon, ANN, 'phone');
    await heal(daemon, BEN);
    await daemon.clock.advance(TIMEOUT + 100);
    expect(reader.log.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
    const updated = 'user.updated';
    expect(types(reader)).to.deep.equal(['user.online', updated, updated, updated, 'user.offline']);
    expect(reader.wrong).to.deep.equal([]);
  });

  it('hears when one of several devices expires', async () => {
    await heal(daemon, ANN, 'phone');
    await daemon.clock.advance(TIMEOUT / 2);
    await heal(daemon, ANN, 'laptop');
    const reader = await read(daemon, { users: [ANN] });
    await daemon.clock.advance(TIMEOUT / 2 + 100);
    expect(types(reader)).to.deep.equal(['user.updated']);
    expect(reader.log[0]?.user?.devices.map(({ device }) => device)).to.deep.equal(['laptop']);
    await daemon.clock.advance(TIMEOUT / 2);
    expect(types(reader)).to.deep.equal(['user.updated', 'user.offline']);
  });

  it('gets an erased user as an unknown one', async () => {
    await heal(daemon, ANN);
    const reader = await read(daemon, { users: [ANN] });
    await daemon.ask('erase', ANN);
    expect(reader.log.at(-1)).to.deep.include({ type: 'user.offline' });
    expect(reader.log.at(-1)?.user).to.deep.equal(await shownUser(daemon, ANN));
  });

  it('that was away gets nothing of a user who was erased since, but that the user is offline', async () => {
    const reader = await read(daemon, { users: [ANN, BEN] });
    await heal(daemon, BEN);
    const after = reader.last;
    await heal(daemon, ANN, 'phone', '{"secret":1}');
    await goodbye(daemon, ANN);
    await daemon.ask('erase', ANN);
    const next = await read(daemon, { users: [ANN, BEN] }, { after });
    expect(types(next)).to.deep.equal(['user.offline']);
    expect(next.log[0]?.user).to.deep.equal(await shownUser(daemon, ANN));
    await heal(daemon, ANN);
    await daemon.ask('erase', ANN);
    expect(types(next)).to.deep.equal(['user.offline', 'user.online', 'user.offline']);
    await daemon.ask('erase', CAT);
    expect(next.log).to.have.length(3);
  });

  it('gets no event of a user whom it has dropped, nor one that a new state includes', async () => {
    await heal(daemon, ANN, 'phone');
    const reader = await read(daemon, { users: [ANN] });
    const change = (meta: string): void => {
      daemon.app.users.ask('heal', ANN, () => undefined, { device: 'phone', meta });
      reader.subscription?.unwatch([ANN]);
    };
    change('{"n":1}');
    await daemon.clock.settle();
    await reader.subscription?.watch([ANN]);
    change('{"n":2}');
    await reader.subscription?.watch([ANN]);
    await daemon.clock.settle();
    expect(reader.log).to.deep.equal([]);
    expect(reader.states.at(-1)?.users).to.deep.equal([await shownUser(daemon, ANN)]);
  });

  it('hears of a goodbye only once it is stored, and not if the store refuses it', async () => {
    const store = new RefusingStore();
    const refusing = await SimulatedApp.start({ store });
    await heal(refusing, ANN);
    const reader = await read(refusing, { users: [ANN, BEN] });
    store.full = true;
    await goodbye(refusing, ANN);
    await heal(refusing, BEN);
    expect(reader.log).to.deep.equal([]);
    store.full = false;
    await refusing.app.stop();
  });

  it('hears nothing of users whom it does not name, nor of nodes', async () => {
    const reader = await read(daemon, { users: [ANN] });
    await heal(daemon, BEN);
    await daemon.askNode('heartbeat', node('n'));
    await daemon.askNode({ kind: 'fail' }, node('n'));
    expect(reader.log).to.deep.equal([]);
  });

  it('hears of everything if it names nothing, and first of counts and failed nodes', async () => {
    await heal(daemon, ANN);
    await daemon.askNode({ kind: 'fail' }, node('bad'));
    await daemon.askNode('heartbeat', node('good'));
    const reader = await read(daemon, {});
    expect(reader.states[0]?.nodes.map(({ name }) => name)).to.deep.equal(['bad']);
    expect(reader.states[0]?.counts).to.deep.include({ users: { online: 1 } });
    expect(reader.states[0]?.users).to.deep.equal([]);
    await heal(daemon, BEN);
    await daemon.askNode('heartbeat', node('bad'));
    expect(types(reader)).to.deep.equal(['user.online', 'node.flip']);
  });

  it('hears of nodes by prefix and label only, without users', async () => {
    const put = (name: string, env: string) =>
      daemon.askNode({ kind: 'put', change: { labels: { env } } }, node(name));
    await put('db-1', 'prod');
    await put('db-2', 'test');
    await put('web-1', 'prod');
    const nodes = { prefix: 'db-', labels: [{ key: 'env', value: 'prod' }] };
    const reader = await read(daemon, { nodes });
    expect(reader.states[0]?.nodes).to.have.length(1);
    await heal(daemon, ANN);
    for (const name of ['db-1', 'db-2', 'web-1']) await daemon.askNode({ kind: 'fail' }, node(name));
    expect(reader.log.map(({ type, node: shown }) => [type, shown?.name])).to.deep.equal([
      ['node.flip', 'db-1'],
    ]);
  });

  it('hears only of the types it chose', async () => {
    const reader = await read(daemon, { users: [ANN], types: new Set(['user.offline'] as const) });
    await heal(daemon, ANN);
    await goodbye(daemon, ANN);
    expect(types(reader)).to.deep.equal(['user.offline']);
  });

  it('hears of an alert and of its end on each channel', async () => {
    const { channel } = recordingChannel('ops');
    const alerting = await SimulatedApp.start({ channels: [channel] });
    const reader = await read(alerting, {});
    await alerting.askNode({ kind: 'fail' }, node('n'));
    await alerting.clock.advance(2000);
    expect(types(reader)).to.deep.equal(['node.flip', 'alert.raised', 'alert.delivered']);
    const [, raised, delivered] = reader.log;
    expect(raised?.alert).to.include({ type: 'node.reported_failure' });
    expect(delivered?.alert?.id).to.equal(raised?.alert?.id);
    expect(Object.keys(delivered?.alert?.channels ?? {})).to.deep.equal([delivered?.channel]);
    await alerting.app.stop();
  });

  it('hears once that the daemon was blind, and of nobody who only could not be heard', async () => {
    await heal(daemon, ANN);
    const reader = await read(daemon, { users: [ANN] });
    daemon.clock.standStill(TIMEOUT * 3);
    await daemon.clock.advance(100);
    await heal(daemon, ANN);
    await daemon.clock.advance(100);
    expect(types(reader)).to.deep.equal(['daemon.blind']);
    expect(reader.log[0]?.blind).to.include({ cause: 'stalled' });
  });

  it('sees what happens while its state is being read only in the state', async () => {
    const store = new SlowReads();
    const slow = await SimulatedApp.start({ store });
    const reader = await read(slow, { users: [ANN, BEN] });
    expect(reader.states).to.deep.equal([]);
    await heal(slow, ANN);
    store.release();
    await slow.clock.settle();
    const statuses = reader.states[0]?.users.map(({ status }) => status);
    expect([statuses, types(reader)]).to.deep.equal([['online', 'offline'], []]);
    await goodbye(slow, ANN);
    expect(types(reader)).to.deep.equal(['user.offline']);
    await slow.app.stop();
  });

  it('gets the alerts that were raised while its state was read after it, also when it connects again', async () => {
    const store = new SlowReads();
    const { channel } = recordingChannel('ops');
    const slow = await SimulatedApp.start({ store, channels: [channel] });
    const filter = { users: [ANN, BEN], nodes: { prefix: '', labels: [] } };
    const reader = await read(slow, filter);
    await slow.askNode({ kind: 'fail' }, node('n'));
    await heal(slow, ANN);
    await slow.clock.advance(2000);
    expect(reader.states).to.deep.equal([]);
    store.release();
    await slow.clock.settle();
    expect(reader.states[0]?.nodes.map(({ name, state }) => [name, state])).to.deep.equal([['n', 'failed']]);
    expect(reader.states[0]?.users.map(({ status }) => status)).to.deep.equal(['online', 'offline']);
    expect(types(reader)).to.deep.equal(['alert.raised', 'alert.delivered']);
    await heal(slow, BEN);
    expect(types(reader)).to.deep.equal(['alert.raised', 'alert.delivered', 'user.online']);
    // Cut off after the state, and after the first alert.
    const [ofState, ofFirst] = reader.ids;
    const afterState = await read(slow, filter, { after: ofState });
    expect(types(afterState)).to.deep.equal(['alert.raised', 'alert.delivered', 'user.online']);
    expect(afterState.states).to.deep.equal([]);
    const afterFirst = await read(slow, filter, { after: ofFirst });
    expect(types(afterFirst)).to.deep.equal(['alert.delivered', 'user.online']);
    await slow.app.stop();
  });

  it('hears of an erasure before a heal that was read after it, also by its time', async () => {
    const disk = Disk.inMemory();
    const held = await SimulatedApp.start({ storeOf: (partition) => disk.attach(partition) });
    held.clock.waitsFor = () => disk.busy > 0;
    await heal(held, ANN);
    const reader = await read(held, { users: [ANN] });
    await held.clock.advance(1000);
    disk.hold('kept');
    held.app.users.ask('erase', ANN, () => undefined);
    await held.clock.advance(500);
    held.app.users.ask('heal', ANN, () => undefined);
    await held.clock.advance(500);
    disk.release();
    await held.clock.advance(1000);
    expect(types(reader)).to.deep.equal(['user.offline', 'user.online']);
    const [erased = 0, healed = 0] = reader.log.map(({ at_ms }) => at_ms);
    expect(healed - erased).to.equal(500);
    await held.app.stop();
  });

  it('may watch more users, and fewer', async () => {
    await heal(daemon, ANN);
    const reader = await read(daemon, { users: [] });
    expect(reader.states[0]?.users).to.deep.equal([]);
    await reader.subscription?.watch([ANN, BEN]);
    expect(reader.states[1]?.users.map(({ status }) => status)).to.deep.equal(['online', 'offline']);
    await heal(daemon, BEN);
    reader.subscription?.unwatch([BEN]);
    await goodbye(daemon, BEN);
    await goodbye(daemon, ANN);
    expect(types(reader)).to.deep.equal(['user.online', 'user.offline']);
    expect(reader.subscription?.watched).to.equal(1);
  });

  it('that goes before its state has come has no more read for it, and is forgotten', async () => {
    const store = new CountingReads();
    const counting = await SimulatedApp.start({ store });
    const users = Array.from({ length: 5000 }, (_, at) => user(at + 1));
    const reader = subscribe(counting, { users });
    reader.subscription?.close();
    for (let passes = 0; passes < 10; passes++) await counting.clock.settle();
    expect(store.reads).to.be.below(500);
    expect(reader.states).to.deep.equal([]);
    expect((await counting.app.facts()).events).to.deep.equal({ readers: 0, watched: 0, slow: 0 });
    await counting.app.stop();
  });

  it('continues after an event, without a state', async () => {
    const reader = await read(daemon, { users: [ANN] });
    await heal(daemon, ANN);
    reader.subscription?.close();
    await goodbye(daemon, ANN);
    await heal(daemon, BEN);
    await heal(daemon, ANN);
    const next = await read(daemon, { users: [ANN] }, { after: reader.last });
    expect(types(next)).to.deep.equal(['user.offline', 'user.online']);
    expect(next.states).to.deep.equal([]);
    await goodbye(daemon, ANN);
    expect(types(next)).to.deep.equal(['user.offline', 'user.online', 'user.offline']);
  });

  it('begins anew where the past is gone, the id is unknown, or after a restart', async () => {
    const store = new MemoryHistoryStore();
    const flags = { '--events-past': '2' };
    const first = await SimulatedApp.start({ store, flags });
    const reader = await read(first, { users: [ANN] });
    const { last } = reader;
    for (const id of [BEN, CAT, user(4)]) await heal(first, id);
    for (const after of [last, 'nonsense', `${last?.split('-')[0]}-zzz`, ''])
      expect((await read(first, { users: [ANN] }, { after })).states[0]).to.include({ reset: true });
    const recent = (await read(first, { users: [ANN] })).last;
    await first.app.stop();
    const { clock } = first;
    const second = await SimulatedApp.start({ store, flags, clock });
    expect((await read(second, { users: [ANN] }, { after: recent })).states[0]).to.include({ reset: true });
    await second.app.stop();
  });

  it('falls behind while it is full, and catches up at its own pace', async () => {
    const reader = await read(daemon, {});
    reader.isFull = true;
    for (let id = 10; id < 60; id++) await heal(daemon, user(id));
    expect(reader.log).to.deep.equal([]);
    reader.isFull = false;
    reader.subscription?.resume();
    await daemon.clock.settle();
    expect(reader.log.map(({ user: shown }) => shown?.id)).to.deep.equal(
      Array.from({ length: 50 }, (_, index) => index + 10),
    );
    await heal(daemon, user(60));
    expect(reader.log).to.have.length(51);
  });

  it('gets long events in small batches, and none while it is full', async () => {
    const slow = new ReaderOfBatches();
    const ids = Array.from({ length: 40 }, (_, at) => user(at));
    slow.subscription = daemon.app.events.subscribe({ users: ids }, ANYBODY, slow);
    const fast = await read(daemon, { users: ids });
    const meta = JSON.stringify('x'.repeat(1000));
    for (const id of ids)
      for (let at = 0; at < 16; at++)
        daemon.app.users.ask('heal', id, () => undefined, { device: `d${at}`, meta });
    await daemon.clock.settle();
    expect(slow.batches).to.have.length(1);
    while (slow.isFull) {
      slow.resume();
      await daemon.clock.settle();
    }
    expect(slow.passedWhileFull).to.equal(0);
    expect(slow.batches.flat()).to.deep.equal(fast.log);
    expect(slow.longest).to.be.below(64 * 1024 + 20_000);
  });

  it('is dropped once what it has not read is forgotten', async () => {
    const small = await SimulatedApp.start({ flags: { '--events-past': '10' } });
    const reader = await read(small, {});
    reader.isFull = true;
    for (let id = 10; id < 30; id++) await heal(small, user(id));
    expect(reader.end).to.equal('slow');
    expect(small.app.events.readers).to.equal(0);
    await small.app.stop();
  });

  it('may see only what its access allows', async () => {
    const access = new Access('key', ['read'], { users: { from: ANN, to: ANN }, nodes: ['web'] });
    const reader = await read(daemon, {}, { access });
    await heal(daemon, ANN);
    await heal(daemon, BEN);
    for (const name of ['web', 'db']) await daemon.askNode({ kind: 'fail' }, node(name));
    expect(reader.log.map((event) => event.user?.id ?? event.node?.name)).to.deep.equal([1, 'web']);
  });

  it('with a user token sees the users whom it claims, without meta, and no node', async () => {
    const access = Access.ofUser(CAT, { watch: [ANN] });
    await heal(daemon, ANN, 'phone', '{"n":1}');
    const reader = await read(daemon, {}, { access });
    expect(reader.states[0]?.users[0]?.devices[0]?.meta).to.equal(null);
    expect(reader.states[0]).to.not.have.property('counts');
    await heal(daemon, ANN, 'tv', '{"n":2}');
    await heal(daemon, BEN);
    await daemon.askNode({ kind: 'fail' }, node('n'));
    expect(types(reader)).to.deep.equal(['user.updated']);
    expect(reader.log[0]?.user?.devices[1]?.meta).to.equal(null);
  });

  it('is refused past the limits', async () => {
    const flags = { '--events-readers': '2', '--events-watched': '3' };
    const small = await SimulatedApp.start({ flags });
    const reader = await read(small, { users: [ANN, BEN] });
    expect(() => subscribe(small, { users: [ANN, BEN] })).to.throw('too many users');
    expect(small.app.events.readers).to.equal(1);
    await read(small, {});
    expect(() => subscribe(small, {})).to.throw('too many read events');
    const error: unknown = await reader.subscription
      ?.watch([CAT, user(4)])
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'HEARTBEAT_TOO_MANY_READERS' });
    reader.subscription?.close();
    await read(small, { users: [ANN, BEN, CAT] });
    await small.app.stop();
  });

  it('hears of a change once, although its actor crashes on the way', async () => {
    const reader = await read(daemon, { users: [ANN] });
    for (const kind of ['heal', 'settled', 'goodbye'] as const) faults.plan(ANN, kind, 1);
    await heal(daemon, ANN);
    await goodbye(daemon, ANN);
    expect(types(reader)).to.deep.equal(['user.online', 'user.offline']);
  });

  it('gets nothing more once the daemon stops', async () => {
    const stopping = await SimulatedApp.start();
    const reader = await read(stopping, {});
    await stopping.app.stop();
    expect(reader.end).to.equal('stopping');
    expect(() => subscribe(stopping, {})).to.throw('stopping');
  });

  it('ends when a partition is handed over, and reads what is not there only once it is back', async () => {
    const divided = await FourPartitions.start();
    const [moved, other] = ['users-2', 'users-1'].map((id) => USERS.find((each) => holding(each) === id));
    if (moved === undefined || other === undefined) return expect.fail('no user');
    await heal(divided, moved, 'phone');
    const reader = await read(divided, { users: [moved, other] });
    await divided.handOver('users-2');
    expect(reader.end).to.equal('failed');
    expect((await read(divided, { users: [moved] })).end).to.equal('failed');
    const remaining = await read(divided, { users: [other] });
    expect(remaining.states).to.have.length(1);
    await divided.takeOver('users-2');
    const again = await read(divided, { users: [moved] }, { after: reader.last });
    expect(again.states[0]).to.include({ reset: true });
    expect(again.states[0]?.users[0]).to.deep.equal(await shownUser(divided, moved));
    expect(remaining.log).to.deep.equal([]);
    await divided.app.stop();
  });

  it('that throws an error loses its subscription, and disturbs nobody', async () => {
    const broken = new PicturingReader();
    broken.events = () => {
      throw new Error('a bug of the reader');
    };
    await read(daemon, { users: [ANN] }, {}, broken);
    const reader = await read(daemon, { users: [ANN] });
    await heal(daemon, ANN);
    expect(types(reader)).to.deep.equal(['user.online']);
    expect(daemon.app.events.readers).to.equal(1);
    expect((await daemon.ask('checkup', ANN))?.kind).to.equal('online');
  });
});
