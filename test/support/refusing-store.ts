import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { HeartbeatError } from '../../src/errors.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';

/** A disk that is full when a test says so. A refused batch may reach it all the same. */
export class RefusingStore extends MemoryHistoryStore {
  full = false;
  /** Whether what is refused is on the disk nevertheless. */
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
