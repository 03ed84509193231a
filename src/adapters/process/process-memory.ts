import { readFileSync } from 'node:fs';
import os from 'node:os';
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Memory, MemoryReading } from '../../ports/memory.js';

const MiB = 1024 * 1024;

/** V8's default, in MiB. */
const DEFAULT_SEMI_SPACE = 16;
/** V8 includes this many semi-spaces in the limit of the heap. */
const SEMI_SPACES = 3;

/** Missing from Node's types. */
type Collection = PerformanceEntry & { readonly detail: { readonly kind: number } };

/**
 * The memory of this process. Garbage is only known after a collection, so live memory is taken from the last full one:
 * V8 makes one before the heap is full, and more often the fuller it is. End it with `stop`. See decision 76.
 */
export class ProcessMemory implements Memory {
  /** V8's limit includes the young generation, which is no help once the old one is full. */
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
    // Without what a collection would free.
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

/** V8's own function, which programs only see when they ask for it. */
function collector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  v8.setFlagsFromString('--no-expose-gc');
  return () => {
    if (typeof gc === 'function') Reflect.apply(gc, undefined, []);
  };
}

/** V8's flags in order of precedence: the last one wins. */
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

/** The limit of the cgroup, if that is less than the machine has. */
function containerLimit(): number | undefined {
  // In Node 20; it is 0, or more than the machine has, if there is no limit.
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < os.totalmem() ? constrained : undefined;
}

/**
 * Memory that only this process keeps in RAM. Mapped files, like LevelDB's tables, are evicted when memory is needed.
 */
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
    // This is read from a file as well. The size of the heap is known without one.
    return v8.getHeapStatistics().total_heap_size;
  }
}
