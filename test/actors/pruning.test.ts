import { expect } from 'chai';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { instant } from '../../src/domain/time.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';
import { SimulatedApp, user } from '../support/simulated-app.js';

const PORTION = 1000;
const OLD = user(1);
const SECOND = 1000;

/** Remembers what it was asked to do, in order. */
class RecordingStore extends MemoryHistoryStore {
  readonly done: string[] = [];
  /** What comes in while a portion is being deleted. */
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
      daemon.app.ask('heal', user(newcomers++), () => undefined);
    };
    await daemon.clock.advance(60 * SECOND);
    const first = store.done.indexOf(`pruned ${String(PORTION)}`);
    const portions = Array.from({ length: 4 }, () => [`pruned ${String(PORTION)}`, 'opening']).flat();
    expect(store.done.slice(first, first + portions.length)).to.deep.equal(portions);
    store.meanwhile = () => undefined;
    await daemon.app.stop();
  });
});
