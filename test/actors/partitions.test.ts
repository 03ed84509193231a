import { expect } from 'chai';
import type { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { toMillis } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import {
  FourPartitions,
  holding,
  ONLINE,
  PARTITION_IDS,
  PARTITIONS,
  times,
  USERS,
} from '../support/four-partitions.js';
import { Disk } from '../support/model/disk.js';
import { RefusingStore } from '../support/refusing-store.js';
import { HeartbeatError } from '../../src/errors.js';
import { node } from '../support/ids.js';
import type { SimulationOptions } from '../support/simulated-app.js';
import type { SimulatedClock } from '../support/simulated-clock.js';

const TIMEOUT = toMillis(7);

/** A store for each partition that the next start finds again. */
class Stores {
  readonly all = new Map<string, RefusingStore>();

  readonly of = (partition: string | undefined): RefusingStore => {
    const id = String(partition);
    const store = this.all.get(id) ?? new RefusingStore();
    this.all.set(id, store);
    return store;
  };
}

interface Child {
  readonly name: string;
  readonly restarts: number;
  readonly children?: readonly Child[];
}

interface Supervision {
  readonly status: string;
  readonly users: object;
  readonly store: { readonly state: string; readonly sessions_stored: number };
  readonly blind_intervals: readonly { readonly cause: string }[];
  readonly tree: { readonly children: readonly Child[] };
}

describe('several partitions in one process', () => {
  let stores: Stores;
  let daemon: FourPartitions;

  beforeEach(async () => {
    stores = new Stores();
    daemon = await start();
  });

  function start(clock?: SimulatedClock, options: SimulationOptions = {}): Promise<FourPartitions> {
    return FourPartitions.start({ storeOf: stores.of, ...(clock !== undefined && { clock }), ...options });
  }

  /** The error of a refused start. */
  async function refusal(): Promise<string> {
    const refused: unknown = await start(daemon.clock).catch((error: unknown) => error);
    if (!(refused instanceof HeartbeatError)) throw new Error('the start was not refused');
    expect(refused.code).to.equal('HEARTBEAT_WRONG_PARTITIONS');
    return refused.message;
  }

  async function supervision(): Promise<Supervision> {
    return (await daemon.app.supervision()) as Supervision;
  }

  it('have a store each, and a supervisor each', async () => {
    expect([...stores.all.keys()].sort()).to.deep.equal(PARTITION_IDS);
    const { tree } = await supervision();
    expect(tree.children.map(({ name }) => name)).to.deep.equal([...PARTITION_IDS, 'user-events', 'gateway']);
    const childrenOf = (at: number): unknown => tree.children[at]?.children?.map(({ name }) => name);
    expect(childrenOf(0)).to.deep.equal(['history', 'users']);
    expect(childrenOf(4)).to.deep.equal(['history', 'notifier', 'nodes', 'prober']);
  });

  it('answer a batch in the order of its users, and keep each user in one store', async () => {
    const some = USERS.filter((_, index) => index % 3 !== 0);
    expect(await daemon.askAll('heal', some)).to.deep.equal(times(some, ONLINE));
    const replies = await daemon.askAll('checkup', USERS);
    expect(replies.map(({ kind }) => kind)).to.deep.equal(
      USERS.map((each) => (some.includes(each) ? 'online' : 'offline')),
    );
    expect(await daemon.online(7)).to.deep.equal(some);
    expect(daemon.app.users.count).to.equal(some.length);
    for (const [id, store] of stores.all) expect(await usersIn(store), id).to.deep.equal(usersOf(id, some));
    expect((await supervision()).users).to.deep.equal({ online: some.length, shards: 16 });
  });

  function usersOf(partition: string, users: readonly UserId[]): UserId[] {
    return users.filter((each) => holding(each) === partition).sort();
  }

  it('recover from a kill like one, and show one blind interval', async () => {
    const openedAt = daemon.clock.wall();
    await daemon.askAll('heal', USERS);
    await daemon.clock.advance(TIMEOUT / 2);
    await daemon.kill();
    daemon.clock.standStill(60_000);
    daemon = await start(daemon.clock);
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
    expect((await supervision()).blind_intervals.map(({ cause }) => cause)).to.deep.equal(['restarted']);
    await daemon.clock.advance(TIMEOUT + 1000);
    expect(daemon.app.users.count).to.equal(0);
    for (const each of USERS) {
      const [session, ...others] = await daemon.history(each);
      expect(session?.onlineAt).to.equal(openedAt);
      expect(others).to.deep.equal([]);
    }
    const { store } = await supervision();
    expect(store.sessions_stored).to.equal(USERS.length);
  });

  it('share the time that a stall gives back, and store it each', async () => {
    await daemon.askAll('heal', USERS);
    await daemon.askNode('put', node('web'));
    daemon.clock.standStill(20_000);
    await daemon.clock.advance(1000);
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
    expect((await supervision()).blind_intervals).to.have.length(1);
    for (const [id, store] of stores.all) expect(await store.blindIntervals(10), id).to.have.length(1);
  });

  it('stop in order, with exact ends and a last checkpoint each', async () => {
    await daemon.askAll('heal', USERS);
    await daemon.clock.advance(2000);
    const stopped = daemon.app.stop();
    await daemon.clock.advance(0);
    await stopped;
    for (const [id, store] of stores.all)
      expect((await store.open()).aliveAt, id).to.equal(daemon.clock.wall());
  });

  it('count nothing of a slow stop as silence, whichever of them stops last', async () => {
    await daemon.kill();
    const [disk, slow] = [Disk.inMemory(), Disk.inMemory()];
    const options = {
      flags: { '--session-timeout': '1', '--shutdown-timeout': '20' },
      storeOf: (partition: string | undefined) => (partition === 'watch' ? slow : disk).attach(partition),
    };
    daemon = await FourPartitions.start(options);
    await daemon.askAll('heal', USERS);
    slow.hold('kept');
    const stopped = daemon.app.stop();
    for (let second = 0; second < 8; second++) await daemon.clock.advance(1000);
    slow.release();
    await daemon.clock.advance(0);
    await stopped;
    await Promise.all([disk.detach(), slow.detach()]);
    daemon = await FourPartitions.start({ ...options, clock: daemon.clock });
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('keep a refusal of one store to its users, and the daemon says that it cannot store', async () => {
    const [first] = USERS;
    if (first === undefined) throw new TypeError('there is a user');
    const full = holding(first);
    stores.of(full).full = true;
    const replies = await daemon.askAll('heal', USERS);
    replies.forEach((reply, index) => {
      const isRefused = usersOf(full, USERS).includes(USERS[index] ?? first);
      expect(reply.kind).to.equal(isRefused ? 'refused' : 'online');
    });
    expect(daemon.app.unready()).to.deep.equal([]);
    expect(daemon.app.notStoring()).to.deep.equal(['the store refuses writes']);
    expect((await supervision()).store.state).to.equal('refusing');
    stores.of(full).full = false;
    await daemon.clock.advance(30_000);
    expect(daemon.app.notStoring()).to.deep.equal([]);
    expect(await daemon.askAll('heal', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('name themselves in what they log', async () => {
    const recovered = daemon.logger.lines.filter(({ event }) => event === 'recovered');
    expect(recovered.map(({ fields }) => fields['partition']).sort()).to.deep.equal(PARTITION_IDS);
    const [first] = USERS;
    if (first === undefined) throw new TypeError('there is a user');
    stores.of(holding(first)).full = true;
    await daemon.askAll('heal', [first]);
    const refusing = daemon.logger.lines.filter(({ event }) => event === 'store refuses writes');
    expect(refusing.map(({ fields }) => fields['partition'])).to.deep.equal([holding(first)]);
    stores.of(holding(first)).full = false;
  });

  it('are refused without one of them, and start again once it is back', async () => {
    await daemon.askAll('heal', USERS);
    await daemon.app.stop();
    const removed = stores.of('users-2');
    stores.all.delete('users-2');
    expect(await refusal()).to.match(/^nothing is stored in partition users-2, .*restore it from a backup/);
    expect(await refusal(), 'once more').to.match(/users-2/);
    stores.all.set('users-2', removed);
    daemon = await start(daemon.clock);
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('go on without a lost one if that is accepted, and from then on as before', async () => {
    await daemon.askAll('heal', USERS);
    await daemon.app.stop();
    stores.all.delete('users-2');
    daemon = await start(daemon.clock, { acceptsDataLoss: true });
    const lost = daemon.logger.lines.filter(({ event }) => event.startsWith('a partition is lost'));
    expect(lost.map(({ fields }) => fields['partition'])).to.deep.equal(['users-2']);
    const found = USERS.map((each) => ({
      kind: holding(each) === 'users-2' ? 'offline' : 'online',
    }));
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(found);
    await daemon.app.stop();
    daemon = await start(daemon.clock);
  });

  it('are refused in the places of others, and with one of another set', async () => {
    await daemon.app.stop();
    const [one, other] = [stores.of('users-0'), stores.of('watch')];
    stores.all.set('users-0', other).set('watch', one);
    expect(await refusal()).to.equal(
      'the store of partition users-0 is that of watch: put each back in its place',
    );
    stores.all.set('users-0', one).set('watch', other);
    const ours = stores;
    stores = new Stores();
    await (await start(daemon.clock)).app.stop();
    ours.all.set('users-1', stores.of('users-1'));
    stores = ours;
    expect(await refusal()).to.match(/^partition users-1 was not made with the others: restore all/);
  });

  it('begin once more if their first start was interrupted', async () => {
    await daemon.kill();
    stores = new Stores();
    const membership = { set: 'begun', partition: 'users-0', partitions: PARTITIONS };
    await stores.of('users-0').write([{ kind: 'membership', membership }]);
    daemon = await start(daemon.clock);
    const sets = await Promise.all(PARTITION_IDS.map(async (id) => (await stores.of(id).open()).membership));
    expect(new Set(sets.map((each) => each?.set))).to.have.property('size', 1);
    expect(sets.map((each) => each?.partition)).to.deep.equal(PARTITION_IDS);
  });

  it('start on a full disk with their marks alone', async () => {
    await daemon.kill();
    stores = new Stores();
    for (const id of PARTITION_IDS) {
      const membership = { set: 'begun', partition: id, partitions: PARTITIONS };
      await stores.of(id).write([{ kind: 'membership', membership }]);
      stores.of(id).full = true;
    }
    daemon = await start(daemon.clock);
    await daemon.clock.advance(2000);
    expect(daemon.app.unready()).to.deep.equal([]);
    expect(daemon.app.notStoring()).to.deep.equal(['the store refuses writes']);
  });

  it('share the bound of users who are online', async () => {
    await daemon.kill();
    daemon = await start(undefined, { flags: { '--limits-users': '10' } });
    const replies = await daemon.askAll('heal', USERS);
    expect(replies.filter(({ kind }) => kind === 'online')).to.have.length(10);
  });
});

async function usersIn(store: MemoryHistoryStore): Promise<UserId[]> {
  const users: UserId[] = [];
  for await (const chunk of store.openSessions()) users.push(...chunk.map((session) => session.user));
  return users.sort();
}
