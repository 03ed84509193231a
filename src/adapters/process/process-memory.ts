import { readFileSync } from 'node:fs';
import os from 'node:os';
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Memory, MemoryReading } from '../../ports/memory.js';

const MiB = 1024 * 1024;

/** V8's own, in MiB, where nothing else was asked for. */
const DEFAULT_SEMI_SPACE = 16;
/** V8 counts this many semi-spaces into the limit of the heap. */
const SEMI_SPACES = 3;

/** What Node's types keep to themselves. */
type Collection = PerformanceEntry & { readonly detail: { readonly kind: number } };

/**
 * The memory of this process. What is garbage nobody knows before a collection, so that what lives is taken from the
 * last full one: V8 makes one before the heap is full, and ever more often the fuller it is. To be ended with `stop`.
 */
export class ProcessMemory implements Memory {
  /** V8's limit has the young generation in it, which is no help once the old one is full. */
  readonly #limit = v8.getHeapStatistics().heap_size_limit - SEMI_SPACES * semiSpace(flagsInForce()) * MiB;
  readonly #container = containerLimit();
  #live = Infinity;
  #collections = 0;
  readonly #observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as Collection[];
    if (entries.some(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) this.#collected();
  });

  readonly #collect = collector();

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  collect(): void {
    this.#collect();
    this.#collected();
  }

  read(): MemoryReading {
    const { used_heap_size: used, total_physical_size: held } = v8.getHeapStatistics();
    const live = Math.min(this.#live, used);
    const limit = this.#container;
    const collections = this.#collections;
    if (limit === undefined)
      return { heap: { live, used, limit: this.#limit }, container: undefined, collections };
    const anonymous = anonymousMemory();
    // Without what a collection would give back.
    const kept = anonymous - (held - live);
    return {
      heap: { live, used, limit: this.#limit },
      container: { live: kept, used: anonymous, limit },
      collections,
    };
  }

  #collected(): void {
    this.#collections++;
    this.#live = v8.getHeapStatistics().used_heap_size;
  }
}

/** V8's own function, which programs get to see only where they ask for it. */
function collector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  v8.setFlagsFromString('--no-expose-gc');
  return () => {
    if (typeof gc === 'function') Reflect.apply(gc, undefined, []);
  };
}

/** What V8 was told, in the order in which it counts: the last one wins. */
function flagsInForce(): readonly string[] {
  return [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
}

/** @returns MiB */
function semiSpace(flags: readonly string[]): number {
  let size = DEFAULT_SEMI_SPACE;
  for (const flag of flags) {
    const [, given] = /^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(flag) ?? [];
    if (given !== undefined) size = Number(given);
  }
  return size;
}

/** What the cgroup allows, where that is less than the machine has. */
function containerLimit(): number | undefined {
  // Node 20 has it, and says 0 or more than there is where there is no limit.
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < os.totalmem() ? constrained : undefined;
}

/** Memory that only this process keeps in RAM: pages of files, like LevelDB's tables, go when somebody needs room. */
function anonymousMemory(): number {
  try {
    const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // Not Linux, or no file descriptor is left.
  }
  try {
    return process.memoryUsage.rss();
  } catch {
    // It is read from a file, too. What the heap holds is known without.
    return v8.getHeapStatistics().total_heap_size;
  }
}
