import { expect } from 'chai';
import type { UserReply } from '../../actors/user/user.protocol.js';
import { POLICIES } from '../../actors/tree.js';
import { toMillis } from '../../src/domain/time.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { partitionOf, shardOf } from '../../src/domain/shard.js';
import type { UserId } from '../../src/domain/user-id.js';
import { errorCodes, HeartbeatError } from '../../src/errors.js';
import type { StoreSummary } from '../../src/ports/history-store.js';
import { Faults } from '../support/faults.js';
import { Disk } from '../support/model/disk.js';
import { SimulatedApp, user } from '../support/simulated-app.js';

const PARTITIONS = 4;
const MOVED = 'users-2';
const TIMEOUT = toMillis(7);
const TICK = 100;
const USERS = Array.from({ length: 60 }, (_, index) => user(index));
const OURS = USERS.filter((each) => isMoved(each));
const OTHERS = USERS.filter((each) => !isMoved(each));
const ONLINE = { kind: 'online' };
const REFUSED = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };

function isMoved(each: UserId): boolean {
  return `users-${String(partitionOf(shardOf(each, PARTITIONS), PARTITIONS))}` === MOVED;
}

describe('a partition that is handed over, and taken over again in the same process', () => {
  let disk: Disk;
  let daemon: SimulatedApp;
  let isElsewhere: boolean;
  const faults = new Faults();

  beforeEach(async () => {
    disk = Disk.inMemory();
    isElsewhere = false;
    daemon = await SimulatedApp.start({
      flags: { '--partitions': String(PARTITIONS), '--shutdown-timeout': '20' },
      storeOf: (partition) =>
        isElsewhere && partition === MOVED ? new StoreElsewhere() : disk.attach(partition),
      decideUser: faults.decide,
    });
  });

  afterEach(async () => {
    disk.release();
    await daemon.app.stop();
  });

  async function askAll(kind: 'heal' | 'checkup', users: readonly UserId[]): Promise<readonly UserReply[]> {
    let replies: readonly UserReply[] = [];
    daemon.app.users.askMany(kind, users, (all) => {
      replies = all;
    });
    await daemon.clock.settle();
    return replies;
  }

  /** Resolves once it is done, and lets as much time pass. */
  async function done(work: Promise<void>): Promise<void> {
    const progress = { isDone: false };
    const outcome = work.finally(() => {
      progress.isDone = true;
    });
    outcome.catch(() => undefined);
    for (let step = 0; step < 1000 && !progress.isDone; step++) await daemon.clock.advance(1);
    await outcome;
  }

  const handOver = (): Promise<void> => done(daemon.app.handOver(MOVED));
  const takeOver = (): Promise<void> => done(daemon.app.takeOver(MOVED));
  const times = (users: readonly UserId[], reply: object): object[] => users.map(() => reply);

  it('is handed over once when that is asked for twice at once', async () => {
    await askAll('heal', USERS);
    await done(Promise.all([daemon.app.handOver(MOVED), daemon.app.handOver(MOVED)]).then(() => undefined));
    await takeOver();
    expect(await askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('is refused meanwhile so that clients try again, and nobody in the others notices', async () => {
    await askAll('heal', USERS);
    await handOver();
    for (const kind of ['heal', 'checkup'] as const) {
      expect(await askAll(kind, OURS)).to.deep.equal(times(OURS, REFUSED));
      expect(await askAll(kind, OTHERS)).to.deep.equal(times(OTHERS, ONLINE));
    }
    expect(errorCodes.HEARTBEAT_NOT_READY).to.include({ status: 503, retryable: true });
    const [one] = OURS;
    if (one === undefined) throw new TypeError('it keeps users');
    const read: unknown = await daemon.history(one).catch((error: unknown) => error);
    expect(read).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_NOT_READY');
    expect(daemon.app.unready()).to.deep.equal([]);
    expect([...daemon.app.users.online()].sort()).to.deep.equal([...OTHERS].sort());
    await daemon.clock.advance(TIMEOUT + TICK);
    expect(daemon.app.users.count, 'ends of the others').to.equal(0);
    await takeOver();
    expect(await askAll('heal', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('takes nobody offline before their time, and keeps nobody longer than one more', async () => {
    const openedAt = daemon.clock.wall();
    await askAll('heal', OURS);
    await daemon.clock.advance(TIMEOUT - TICK);
    await handOver();
    await daemon.clock.advance(60_000);
    await takeOver();
    const resumedAt = daemon.clock.wall();
    expect(await askAll('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
    await daemon.clock.advance(TIMEOUT - TICK);
    const [healed, ...silent] = OURS;
    if (healed === undefined) throw new TypeError('it keeps users');
    expect(await askAll('heal', [healed])).to.deep.equal([ONLINE]);
    await daemon.clock.advance(2 * TICK);
    expect([...daemon.app.users.online()]).to.deep.equal([healed]);
    expect(await daemon.history(healed), 'one session').to.have.length(1);
    for (const each of silent) {
      const [session, ...others] = await daemon.history(each);
      expect(others).to.deep.equal([]);
      expect(session?.onlineAt).to.equal(openedAt);
      expect(session?.offlineAt).to.be.within(openedAt + TIMEOUT, resumedAt + TIMEOUT);
    }
  });

  it('answers all that was asked before, once the disk has it, and nothing is asked twice', async () => {
    disk.hold('kept');
    const replies: UserReply[] = [];
    for (const each of OURS)
      daemon.app.users.ask('heal', each, (reply) => {
        replies.push(reply);
      });
    const handed = daemon.app.handOver(MOVED);
    await daemon.clock.advance(1000);
    expect(replies, 'the disk is slow').to.deep.equal([]);
    disk.release();
    await done(handed);
    expect(replies).to.deep.equal(times(OURS, ONLINE));
    await takeOver();
    expect(await askAll('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
  });

  it('is not taken over while its store cannot be opened, which the others do not notice', async () => {
    await askAll('heal', USERS);
    await handOver();
    isElsewhere = true;
    const refused: unknown = await takeOver().catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_STORE_LOCKED');
    expect(await askAll('heal', OURS)).to.deep.equal(times(OURS, REFUSED));
    expect(await askAll('heal', OTHERS)).to.deep.equal(times(OTHERS, ONLINE));
    isElsewhere = false;
    await takeOver();
    expect(await askAll('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
    expect(daemon.fatal).to.equal(undefined);
  });

  it('leaves nothing behind, however often it goes and comes', async () => {
    await askAll('heal', USERS);
    const running = await actors();
    for (let round = 0; round < 20; round++) {
      await handOver();
      expect(await actors(), 'without its users').to.be.lessThan(running - OURS.length);
      await takeOver();
      expect(await askAll('heal', USERS)).to.deep.equal(times(USERS, ONLINE));
      expect(await actors()).to.equal(running);
    }
    for (const each of OURS) expect(await daemon.history(each)).to.have.length(1);
  });

  async function actors(): Promise<number> {
    return ((await daemon.app.supervision()) as { actors: number }).actors;
  }

  it('survives a kill while it is handed over, and comes back with the next start', async () => {
    await askAll('heal', USERS);
    await handOver();
    await daemon.kill();
    await disk.detach();
    daemon = await SimulatedApp.start({
      flags: { '--partitions': String(PARTITIONS) },
      storeOf: (partition) => disk.attach(partition),
      clock: daemon.clock,
    });
    expect(await askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('is restarted as a whole by the root when it crashes too often, and the others go on', async () => {
    const [shaky] = OURS;
    if (shaky === undefined) throw new TypeError('it keeps users');
    await askAll('heal', USERS);
    for (let round = 0; round <= POLICIES.users.intensity; round++) {
      const shards = POLICIES.shard.intensity;
      for (let crash = 0; crash <= shards; crash++) {
        faults.plan(shaky, 'heal', 1);
        await askAll('heal', [shaky]);
      }
      expect(await askAll('heal', OTHERS)).to.deep.equal(times(OTHERS, ONLINE));
      await daemon.clock.advance(1500);
    }
    const { tree } = (await daemon.app.supervision()) as {
      tree: { children: { name: string; restarts: number }[] };
    };
    const restarted = tree.children.filter(({ restarts }) => restarts > 0).map(({ name }) => name);
    expect(restarted).to.deep.equal([MOVED]);
    expect(await askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });
});

/** Another process has it open. */
class StoreElsewhere extends MemoryHistoryStore {
  override open(): Promise<StoreSummary> {
    return Promise.reject(new HeartbeatError('HEARTBEAT_STORE_LOCKED', 'it is elsewhere'));
  }
}
