import { ProcessMemory } from '../adapters/process/process-memory.js';

/** Below this share of the heap a start has room enough, garbage or not. */
const AMPLE = 0.5;

/**
 * Memory of a process that belongs to another program: what that takes counts, and it is not held up by an unnecessary
 * collection.
 */
export class SharedMemory extends ProcessMemory {
  override collect(): void {
    const { used, limit } = this.read().heap;
    if (used > AMPLE * limit) super.collect();
  }
}
