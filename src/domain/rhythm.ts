import type { Millis } from './time.js';

/** How many intervals are remembered, as in Akka's remoting. */
const WINDOW = 200;
/** A rhythm that never varied would make the slightest lateness a certainty. */
const SHORTEST_DEVIATION: Millis = 100;
/** How improbable a silence has to be before it counts as one: at 8, once in a hundred million. */
export const THRESHOLD = 8;

/**
 * The rhythm of one node, learnt from the intervals between its heartbeats: the φ accrual failure detector of
 * Hayashibara et al. (2004), with the window, the least deviation, the first guess and the approximation of the normal
 * distribution of Akka's `PhiAccrualFailureDetector`. Mutable, since a node has one for as long as it lives.
 */
export class Rhythm {
  readonly #intervals: Millis[] = [];
  #next = 0;
  #sum = 0;
  #squares = 0;

  /** @param first what to expect before anything is known: two intervals, a quarter of it to either side */
  constructor(first: Millis) {
    this.heard(first - first / 4);
    this.heard(first + first / 4);
  }

  /** Intervals known, the two of the first guess among them until they have left the window. */
  get size(): number {
    return this.#intervals.length;
  }

  get mean(): Millis {
    return this.#sum / this.size;
  }

  get deviation(): Millis {
    const variance = this.#squares / this.size - this.mean ** 2;
    return Math.max(SHORTEST_DEVIATION, Math.sqrt(Math.max(0, variance)));
  }

  /** Learns an interval between two heartbeats. One that held a failure or a blindness is not to be learnt. */
  heard(interval: Millis): void {
    const replaced = this.#intervals[this.#next];
    if (replaced !== undefined) {
      this.#sum -= replaced;
      this.#squares -= replaced ** 2;
    }
    this.#intervals[this.#next] = interval;
    this.#sum += interval;
    this.#squares += interval ** 2;
    this.#next = (this.#next + 1) % WINDOW;
  }

  /** How improbable a silence of this length is: φ of 1 is one in ten, of 2 one in a hundred. */
  phi(silence: Millis): number {
    const y = (silence - this.mean) / this.deviation;
    const e = Math.exp(-curve(y));
    return silence > this.mean ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e));
  }

  /** After how long a silence φ comes to the threshold. */
  timeout(threshold = THRESHOLD): Millis {
    return this.mean + this.deviation * inverse(Math.log(10 ** threshold - 1));
  }
}

/** The logistic approximation of the normal distribution. */
function curve(y: number): number {
  return y * (1.5976 + 0.070566 * y * y);
}

/** Where the curve comes to a value; it rises everywhere, so Newton's steps find it. */
function inverse(value: number): number {
  let y = Math.cbrt(value / 0.070566);
  for (let step = 0; step < 20; step++) y -= (curve(y) - value) / (1.5976 + 3 * 0.070566 * y * y);
  return y;
}
