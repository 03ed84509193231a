import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';

/** A disk of a process that is killed after so many batches: later writes are lost. */
export class MortalStore extends MemoryHistoryStore {
  left = Infinity;

  override write(batch: readonly HistoryRecord[]): Promise<void> {
    if (this.left <= 0) return new Promise(() => undefined);
    this.left--;
    return super.write(batch);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}
