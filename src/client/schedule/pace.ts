/** How soon a virtual user heals again. Times in milliseconds, from one heal's sending to the next. */
export interface Pace {
  readonly usualMs: number;
  /** How long it takes until all have come, evenly one after the other. If not given, they come at random within a usual gap. */
  readonly arrivalMs?: number;
  /** How soon after its answer a heal that was not acknowledged is sent again; after a gap like any other if not given. */
  readonly againMs?: number;
  /** Where given, `againMs` is doubled with each time in a row that it was not acknowledged, up to this. */
  readonly longestAgainMs?: number;
  /** The share of gaps, 0 to 1, that are one of `longMs` and not `usualMs`. */
  readonly longShare: number;
  readonly longMs: readonly number[];
}

/** The pace of the original Erlang bench: half of the gaps are long enough for a session of 7 s to end. */
export const originalPace: Pace = {
  usualMs: 7_000,
  longShare: 0.5,
  longMs: [11_000, 12_000, 13_000, 14_000, 15_000],
};

/**
 * Every user's gaps, from one seed. Each user draws from a stream of its own, so that its gaps do not depend on
 * the order in which the users are answered: the same seed gives the same gaps again.
 */
export class Gaps {
  readonly #pace: Pace;
  readonly #seed: number;
  #streams: Uint32Array;

  constructor(pace: Pace, users: number, seed: number) {
    this.#pace = pace;
    this.#seed = seed;
    this.#streams = new Uint32Array(users);
    this.#begin(0);
  }

  /** There are this many users now. */
  grow(users: number): void {
    const before = this.#streams;
    this.#streams = new Uint32Array(users);
    this.#streams.set(before);
    this.#begin(before.length);
  }

  #begin(from: number): void {
    for (let user = from; user < this.#streams.length; user++)
      this.#streams[user] = scrambled(this.#seed ^ scrambled(user + 1));
  }

  /** When the user first heals: so that the users do not come in one burst. */
  first(user: number): number {
    const { arrivalMs } = this.#pace;
    if (arrivalMs !== undefined) return ((user + this.#draw(user)) / this.#streams.length) * arrivalMs;
    return this.within(user);
  }

  /** At any time within a usual gap. */
  within(user: number): number {
    return this.#draw(user) * this.#pace.usualMs;
  }

  next(user: number): number {
    const { usualMs, longShare, longMs } = this.#pace;
    if (this.#draw(user) >= longShare) return usualMs;
    return longMs[Math.floor(this.#draw(user) * longMs.length)] ?? usualMs;
  }

  /**
   * How soon a heal that was not acknowledged is sent again; undefined for a gap like any other.
   *
   * @param failures how many in a row, from 1
   */
  again(user: number, failures: number): number | undefined {
    const { againMs, longestAgainMs } = this.#pace;
    if (againMs === undefined || longestAgainMs === undefined) return againMs;
    // Spread, so that those who were refused together do not come back together.
    return Math.min(longestAgainMs, againMs * 2 ** (failures - 1)) * (0.5 + this.#draw(user) / 2);
  }

  /** Mulberry32: 32 bits of state, a number in [0, 1). */
  #draw(user: number): number {
    const state = ((this.#streams[user] ?? 0) + 0x6d2b79f5) >>> 0;
    this.#streams[user] = state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** murmur3's finaliser: neighbouring seeds and users get streams that have nothing in common. */
function scrambled(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
