import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import { user } from '../support/ids.js';
import { SimulatedApp } from '../support/simulated-app.js';

const PORTION = 1000;
const OLD = user(1);
const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** Records all calls in order. */
class RecordingStore extends MemoryHistoryStore {
  readonly done: string[] = [];
  /** Entries that arrive while a portion is being deleted. */
  meanwhile: () => void = () => undefined;

  override async write(records: readonly HistoryRecord[]): Promise<void> {
    if (records.some(({ kind }) => kind === 'opened')) this.done.push('opening');
    await super.write(records);
  }

  override async prune(...given: Parameters<MemoryHistoryStore['prune']>): Promise<number> {
    const removed = await super.prune(...given);
    this.done.push(`pruned ${String(removed)}`);
    this.meanwhile();
    return removed;
  }

  override async reclaim(): Promise<void> {
    this.done.push('reclaimed');
    await super.reclaim();
  }
}

describe('sessions that are older than the retention', () => {
  it('are deleted in portions of a thousand, and an opening waits for no more than one of them', async () => {
    const store = new RecordingStore();
    const daemon = await SimulatedApp.start({ store, flags: { '--history-retention': '60' } });
    const begun = daemon.clock.wall() - 10_000 * SECOND;
    await store.write(
      Array.from({ length: 4 * PORTION }, (_, index) => {
        const onlineAt = instant(begun + index * SECOND);
        const offlineAt = instant(onlineAt + 500);
        return { kind: 'ended', user: OLD, onlineAt, offlineAt, lastSeen: offlineAt } as const;
      }),
    );
    let newcomers = 100;
    store.meanwhile = () => {
      daemon.app.users.ask('heal', user(newcomers++), () => undefined);
    };
    await daemon.clock.advance(60 * SECOND);
    const first = store.done.indexOf(`pruned ${String(PORTION)}`);
    const portions = Array.from({ length: 4 }, () => [`pruned ${String(PORTION)}`, 'opening']).flat();
    expect(store.done.slice(first, first + portions.length)).to.deep.equal(portions);
    store.meanwhile = () => undefined;
    await daemon.app.stop();
  });
});

describe('the space of pruned sessions', () => {
  const RETENTION = { '--history-retention': '60' };
  const sessions = (id: typeof OLD, begun: number, many: number): HistoryRecord[] =>
    Array.from({ length: many }, (_, index) => {
      const onlineAt = instant(begun + index * 2);
      const offlineAt = instant(onlineAt + 1);
      return { kind: 'ended', user: id, onlineAt, offlineAt, lastSeen: offlineAt } as const;
    });

  it('is reclaimed once, after as many were pruned as are worth it', async () => {
    const store = new RecordingStore();
    const daemon = await SimulatedApp.start({ store, flags: RETENTION });
    const begun = daemon.clock.wall() - 10_000 * SECOND;
    await store.write(sessions(OLD, begun, 9_999));
    await daemon.clock.advance(60 * SECOND);
    expect(store.countSessions()).to.equal(0);
    expect(store.done).not.to.include('reclaimed');
    await store.write(sessions(OLD, begun, 1));
    await daemon.clock.advance(120 * SECOND);
    expect(store.done.filter((each) => each === 'reclaimed')).to.have.length(1);
    expect(store.done.at(-1), 'after all of them').to.match(/reclaimed|pruned 0/);
    await daemon.app.stop();
  });

  it('is left where ten times as many are kept', async () => {
    const store = new RecordingStore();
    const daemon = await SimulatedApp.start({ store, flags: RETENTION });
    const now = daemon.clock.wall();
    await store.write(sessions(user(2), now, 100_001));
    await store.write(sessions(OLD, now - 10_000 * SECOND, 10_000));
    await daemon.clock.advance(30 * SECOND);
    expect(store.countSessions()).to.equal(100_001);
    expect(store.done).not.to.include('reclaimed');
    await daemon.app.stop();
  });
});

describe('blind intervals', () => {
  it('are kept for flips.retention, and no longer', async () => {
    const store = new MemoryHistoryStore();
    const flags = { '--flips-retention': '172800', '--alerts-retention': '20' };
    const daemon = await SimulatedApp.start({ store, flags });
    const wall = daemon.clock.wall();
    for (const hours of [72, 49, 25]) {
      const interval = { from: instant(wall - hours * HOUR), to: instant(wall - hours * HOUR + SECOND) };
      await store.write([{ kind: 'blind', interval: { ...interval, cause: 'stalled' } }]);
    }
    await daemon.clock.advance(6 * SECOND);
    expect((await store.blindIntervals(10)).map(({ from }) => (wall - from) / HOUR)).to.deep.equal([25]);
    await daemon.app.stop();
  });

  it('are no more than a hundred thousand where all of history is kept', async () => {
    const store = new MemoryHistoryStore();
    const daemon = await SimulatedApp.start({ store, flags: { '--alerts-retention': '20' } });
    const begun = daemon.clock.wall() - 1_000_000 * SECOND;
    await store.write(
      Array.from({ length: 102_500 }, (_each, index) => {
        const from = instant(begun + index * SECOND);
        const interval = { from, to: instant(from + SECOND), cause: 'stalled' } as const;
        return { kind: 'blind', interval } as const;
      }),
    );
    await daemon.clock.advance(10 * SECOND);
    const left = await store.blindIntervals(200_000);
    expect(left).to.have.length(100_000);
    expect(left.at(-1)?.from).to.equal(begun + 2_500 * SECOND);
    await daemon.app.stop();
  });
});

describe('what complete history costs', () => {
  /** A store that takes room on a disk. */
  class StoreOnDisk extends MemoryHistoryStore {
    override size(): Promise<number> {
      return Promise.resolve(1);
    }
  }
  const saidBy = ({ logger }: SimulatedApp) =>
    logger.lines.filter(({ event }) => event.startsWith('every session is kept'));

  it('is said at the first start, and at no other', async () => {
    const store = new StoreOnDisk();
    const first = await SimulatedApp.start({ store });
    expect(saidBy(first)).to.have.length(1);
    expect(saidBy(first)[0]?.event).to.include('0.6 to 0.9 GB a day');
    await first.app.stop();
    const second = await SimulatedApp.start({ store, clock: first.clock });
    expect(saidBy(second)).to.have.length(0);
    await second.app.stop();
  });

  it('is not said where history has a retention', async () => {
    const flags = { '--history-retention': '60' };
    const daemon = await SimulatedApp.start({ store: new StoreOnDisk(), flags });
    expect(saidBy(daemon)).to.have.length(0);
    await daemon.app.stop();
  });
});
