import type { Millis } from '../../domain/time.js';

/** How soon a task runs again: from the start of one run to the start of the next. */
export interface Pace {
  readonly usualMs: Millis;
  /** The time over which the first runs are spread evenly. If absent, they are random within a usual gap. */
  readonly arrivalMs?: Millis;
  /** How soon after its end a failed run is repeated. If absent, after a usual gap. */
  readonly againMs?: Millis;
  /** If given, `againMs` doubles with each failure in a row, up to this. */
  readonly longestAgainMs?: Millis;
  /** The share of gaps, 0 to 1, that are one of `longMs` instead of `usualMs`. Default none. */
  readonly longShare?: number;
  readonly longMs?: readonly Millis[];
}

/**
 * Every task's gaps, from one seed. Each task draws from a stream of its own, so that its gaps do not depend on the
 * order in which runs end: the same seed gives the same gaps again.
 */
export class Gaps {
  readonly #pace: Pace;
  readonly #seed: number;
  #streams: Uint32Array;

  constructor(pace: Pace, tasks: number, seed: number) {
    this.#pace = pace;
    this.#seed = seed;
    this.#streams = new Uint32Array(tasks);
    this.#begin(0);
  }

  /** Makes room for this many tasks. */
  grow(tasks: number): void {
    const before = this.#streams;
    this.#streams = new Uint32Array(tasks);
    this.#streams.set(before);
    this.#begin(before.length);
  }

  #begin(from: number): void {
    for (let task = from; task < this.#streams.length; task++)
      this.#streams[task] = scrambled(this.#seed ^ scrambled(task + 1));
  }

  /** When the task first runs, so that they do not all run in one burst. */
  first(task: number): number {
    const { arrivalMs } = this.#pace;
    if (arrivalMs !== undefined) return ((task + this.#draw(task)) / this.#streams.length) * arrivalMs;
    return this.within(task);
  }

  /** A random time within a usual gap. */
  within(task: number): number {
    return this.#draw(task) * this.#pace.usualMs;
  }

  next(task: number): number {
    const { usualMs, longShare = 0, longMs = [] } = this.#pace;
    if (this.#draw(task) >= longShare) return usualMs;
    return longMs[Math.floor(this.#draw(task) * longMs.length)] ?? usualMs;
  }

  /**
   * How soon a failed run is repeated; undefined for a gap like any other.
   *
   * @param failures how many in a row, from 1
   */
  again(task: number, failures: number): number | undefined {
    const { againMs, longestAgainMs } = this.#pace;
    if (againMs === undefined || longestAgainMs === undefined) return againMs;
    // Random, so that runs refused together are not repeated together.
    return Math.min(longestAgainMs, againMs * 2 ** (failures - 1)) * (0.5 + this.#draw(task) / 2);
  }

  /** Mulberry32: 32 bits of state, a number in [0, 1). */
  #draw(task: number): number {
    const state = ((this.#streams[task] ?? 0) + 0x6d2b79f5) >>> 0;
    this.#streams[task] = state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** murmur3's finaliser: neighbouring seeds and tasks get independent streams. */
function scrambled(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
