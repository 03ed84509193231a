import { getHeapStatistics } from 'node:v8';

interface MemoryInUse {
  readonly heapTotal: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number | undefined;
  readonly arrayBuffers: number | undefined;
}

/** Node reads the resident memory from a file, and throws when no descriptor is left. The heap is known without one. */
export function memoryInUse(read: () => MemoryInUse = process.memoryUsage): MemoryInUse {
  try {
    return read();
  } catch {
    const { total_heap_size, used_heap_size, external_memory } = getHeapStatistics();
    return {
      heapTotal: total_heap_size,
      heapUsed: used_heap_size,
      external: external_memory,
      rss: undefined,
      arrayBuffers: undefined,
    };
  }
}
