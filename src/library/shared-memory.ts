import { ProcessMemory } from '../adapters/process/process-memory.js';

/** Below this share of the heap a start has enough room, even if all of it is garbage. */
const AMPLE = 0.5;

/**
 * Memory of a process that belongs to another program: the program's memory counts too, and it is not held up by an
 * unnecessary collection.
 */
export class SharedMemory extends ProcessMemory {
  override collect(): void {
    const { used, limit } = this.read().heap;
    if (used > AMPLE * limit) super.collect();
  }
}
