import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';

/** A disk that a test can fill. A refused batch may still reach it. */
export class RefusingStore extends MemoryHistoryStore {
  full = false;
  /** Whether refused batches still reach the disk. */
  keepsRefused = false;

  override async write(batch: readonly HistoryRecord[]): Promise<void> {
    if (!this.full) return super.write(batch);
    if (this.keepsRefused) await super.write(batch);
    throw new HeartbeatError('HEARTBEAT_STORE_REFUSES', 'No space left on device');
  }

  override reopen(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return Promise.reject(new HeartbeatError('HEARTBEAT_STORE_REFUSES', 'No space left on device'));
  }
}
