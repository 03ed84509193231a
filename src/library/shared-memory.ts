import { ProcessMemory } from '../adapters/process/process-memory.js';

/** Below this part of the heap a start has room enough, garbage or not. */
const AMPLE = 0.5;

/**
 * The memory of a process that somebody else's program runs in: what that takes counts. It is not to be held up by a
 * collection without need.
 */
export class SharedMemory extends ProcessMemory {
  override collect(): void {
    const { used, limit } = this.read().heap;
    if (used > AMPLE * limit) super.collect();
  }
}
