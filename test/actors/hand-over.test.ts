import { expect } from 'chai';
import type { UserReply } from '../../actors/user/user.protocol.js';
import { POLICIES } from '../../actors/tree.js';
import { toMillis } from '../../src/domain/time.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import type { OpenSession } from '../../src/domain/session.js';
import { errorCodes, HeartbeatError } from '../../src/errors.js';
import type { HistoryStore, StoreSummary } from '../../src/ports/history-store.js';
import { Faults } from '../support/faults.js';
import { FourPartitions, holding, ONLINE, REFUSED, times, USERS } from '../support/four-partitions.js';
import { Disk } from '../support/model/disk.js';

const MOVED = 'users-2';
const TIMEOUT = toMillis(7);
const TICK = 100;
const OURS = USERS.filter((each) => holding(each) === MOVED);
const OTHERS = USERS.filter((each) => holding(each) !== MOVED);

describe('a partition that is handed over, and taken over again in the same process', () => {
  let disk: Disk;
  let daemon: FourPartitions;
  /** What another process has open. */
  let elsewhere: HistoryStore | undefined;
  const faults = new Faults();

  beforeEach(async () => {
    disk = Disk.inMemory();
    elsewhere = undefined;
    daemon = await FourPartitions.start({
      flags: { '--shutdown-timeout': '20' },
      storeOf: (partition) => (partition === MOVED ? elsewhere : undefined) ?? disk.attach(partition),
      decideUser: faults.decide,
    });
  });

  afterEach(async () => {
    disk.release();
    await daemon.app.stop();
  });

  const handOver = (): Promise<void> => daemon.handOver(MOVED);
  const takeOver = (): Promise<void> => daemon.takeOver(MOVED);

  it('is handed over once when that is asked for twice at once', async () => {
    await daemon.askAll('heal', USERS);
    await daemon.done(
      Promise.all([daemon.app.handOver(MOVED), daemon.app.handOver(MOVED)]).then(() => undefined),
    );
    await takeOver();
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('is refused meanwhile so that clients try again, and nobody in the others notices', async () => {
    await daemon.askAll('heal', USERS);
    await handOver();
    for (const kind of ['heal', 'checkup'] as const) {
      expect(await daemon.askAll(kind, OURS)).to.deep.equal(times(OURS, REFUSED));
      expect(await daemon.askAll(kind, OTHERS)).to.deep.equal(times(OTHERS, ONLINE));
    }
    expect(errorCodes.HEARTBEAT_NOT_READY).to.include({ status: 503, retryable: true });
    const [one] = OURS;
    if (one === undefined) throw new TypeError('it keeps users');
    const read: unknown = await daemon.history(one).catch((error: unknown) => error);
    expect(read).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_NOT_READY');
    expect(daemon.app.unready()).to.deep.equal([]);
    const listed: unknown = await daemon.online().catch((error: unknown) => error);
    expect(listed).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_NOT_READY');
    expect(() => daemon.app.stats())
      .to.throw(HeartbeatError)
      .with.property('code', 'HEARTBEAT_NOT_READY');
    await daemon.clock.advance(TIMEOUT + TICK);
    expect(daemon.app.users.count, 'ends of the others').to.equal(0);
    await takeOver();
    expect(await daemon.askAll('heal', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('takes nobody offline before their time, and keeps nobody longer than one more', async () => {
    const openedAt = daemon.clock.wall();
    await daemon.askAll('heal', OURS);
    await daemon.clock.advance(TIMEOUT - TICK);
    await handOver();
    await daemon.clock.advance(60_000);
    await takeOver();
    const resumedAt = daemon.clock.wall();
    expect(await daemon.askAll('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
    await daemon.clock.advance(TIMEOUT - TICK);
    const [healed, ...silent] = OURS;
    if (healed === undefined) throw new TypeError('it keeps users');
    expect(await daemon.askAll('heal', [healed])).to.deep.equal([ONLINE]);
    await daemon.clock.advance(2 * TICK);
    expect(await daemon.online()).to.deep.equal([healed]);
    expect(daemon.app.stats()).to.deep.include({ users: { online: 1 }, devices: 1 });
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
    await daemon.done(handed);
    expect(replies).to.deep.equal(times(OURS, ONLINE));
    await takeOver();
    expect(await daemon.askAll('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
  });

  it('is not taken over while its store cannot be opened, which the others do not notice', async () => {
    await daemon.askAll('heal', USERS);
    await handOver();
    elsewhere = new StoreElsewhere();
    const refused: unknown = await takeOver().catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_STORE_LOCKED');
    expect(await daemon.askAll('heal', OURS)).to.deep.equal(times(OURS, REFUSED));
    expect(await daemon.askAll('heal', OTHERS)).to.deep.equal(times(OTHERS, ONLINE));
    elsewhere = undefined;
    await takeOver();
    expect(await daemon.askAll('checkup', OURS)).to.deep.equal(times(OURS, ONLINE));
    expect(daemon.fatal).to.equal(undefined);
  });

  it('is not taken over, nor handed over, by a daemon that stops', async () => {
    await daemon.askAll('heal', USERS);
    await handOver();
    const stopped = daemon.app.stop();
    for (const work of [daemon.app.takeOver(MOVED), daemon.app.handOver('users-1')]) {
      const refused: unknown = await work.catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_NOT_READY');
    }
    await daemon.done(stopped);
  });

  for (const stage of ['open', 'openSessions'] as const)
    it(`is given up by a daemon that stops while it takes it over (${stage})`, async () => {
      await daemon.askAll('heal', USERS);
      await handOver();
      const slow = new SlowStore(stage);
      elsewhere = slow;
      const taken = daemon.app.takeOver(MOVED).catch((error: unknown) => error);
      await daemon.clock.advance(1000);
      const stopped = daemon.app.stop();
      for (let second = 0; second < 8; second++) await daemon.clock.advance(1000);
      slow.release();
      await daemon.done(stopped);
      expect(await daemon.done(taken))
        .to.be.instanceOf(HeartbeatError)
        .with.property('code', 'HEARTBEAT_NOT_READY');
    });

  it('is handed over to its end by a daemon that stops meanwhile', async () => {
    await daemon.askAll('heal', USERS);
    const handed = daemon.app.handOver(MOVED);
    const stopped = daemon.app.stop();
    await daemon.done(Promise.all([handed, stopped]));
    await disk.detach();
    daemon = await FourPartitions.start({
      storeOf: (partition) => disk.attach(partition),
      clock: daemon.clock,
    });
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('leaves nothing behind, however often it goes and comes', async () => {
    await daemon.askAll('heal', USERS);
    const running = await daemon.running();
    for (let round = 0; round < 20; round++) {
      await handOver();
      expect(await daemon.running(), 'without its users').to.be.lessThan(running - OURS.length);
      await takeOver();
      expect(await daemon.askAll('heal', USERS)).to.deep.equal(times(USERS, ONLINE));
      expect(await daemon.running()).to.equal(running);
    }
    for (const each of OURS) expect(await daemon.history(each)).to.have.length(1);
  });

  it('survives a kill while it is handed over, and comes back with the next start', async () => {
    await daemon.askAll('heal', USERS);
    await handOver();
    await daemon.kill();
    await disk.detach();
    daemon = await FourPartitions.start({
      storeOf: (partition) => disk.attach(partition),
      clock: daemon.clock,
    });
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });

  it('is restarted as a whole by the root when it crashes too often, and the others go on', async () => {
    const [shaky] = OURS;
    if (shaky === undefined) throw new TypeError('it keeps users');
    await daemon.askAll('heal', USERS);
    for (let round = 0; round <= POLICIES.users.intensity; round++) {
      const shards = POLICIES.shard.intensity;
      for (let crash = 0; crash <= shards; crash++) {
        faults.plan(shaky, 'heal', 1);
        await daemon.askAll('heal', [shaky]);
      }
      expect(await daemon.askAll('heal', OTHERS)).to.deep.equal(times(OTHERS, ONLINE));
      await daemon.clock.advance(1500);
    }
    const { tree } = (await daemon.app.supervision()) as {
      tree: { children: { name: string; restarts: number }[] };
    };
    const restarted = tree.children.filter(({ restarts }) => restarts > 0).map(({ name }) => name);
    expect(restarted).to.deep.equal([MOVED]);
    expect(await daemon.askAll('checkup', USERS)).to.deep.equal(times(USERS, ONLINE));
  });
});

/** Another process has it open. */
class StoreElsewhere extends MemoryHistoryStore {
  override open(): Promise<StoreSummary> {
    return Promise.reject(new HeartbeatError('HEARTBEAT_STORE_LOCKED', 'it is elsewhere'));
  }
}

/** It is slow to open or to be read, until it is closed or released. */
class SlowStore extends MemoryHistoryStore {
  readonly #stage: 'open' | 'openSessions';
  release = (): void => undefined;
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor(stage: 'open' | 'openSessions') {
    super();
    this.#stage = stage;
  }

  override async open(): Promise<StoreSummary> {
    if (this.#stage === 'open') await this.#released;
    return super.open();
  }

  override async *openSessions(): AsyncIterable<readonly OpenSession[]> {
    if (this.#stage === 'openSessions') await this.#released;
    yield* super.openSessions();
  }

  override close(): Promise<void> {
    this.release();
    return super.close();
  }
}
