import { lateFor, phiOf } from './phi.js';
import type { Millis, Moment } from './time.js';

/**
 * The number of intervals that are remembered, as in Akka's remoting. A change is learned within as many heartbeats.
 */
const WINDOW = 200;
/** With fewer intervals there is no estimate: their deviation is off by too much. */
const FEWEST = 10;
/** The least deviation. Without it, a perfectly regular node would miss at the slightest lateness. 100 ms is Akka's. */
const LEAST_DEVIATION: Millis = 100;
const LEAST_SHARE = 0.05;
/**
 * A heartbeat that follows sooner than this is a copy: twice in one batch, or sent again because there was no answer.
 */
const SAME: Millis = 20;

/** The default φ at which a silence counts as a miss, as in Akka: one in a hundred million. */
export const THRESHOLD = 8;

/** A summary of the history, as it is stored. Durations are in milliseconds. */
export interface Learnt {
  readonly mean: Millis;
  /** As observed, without the least deviation. */
  readonly deviation: Millis;
  /** The number of intervals summarised. */
  readonly samples: number;
}

/**
 * The intervals between one node's heartbeats, for the φ accrual failure detector of Hayashibara et al. (2004). As in
 * Akka, the first interval counts as two, a quarter to either side. Mutable, because each node has one for as long as
 * it lives.
 */
export class HeartbeatHistory {
  /** In single precision, which is exact to 8 ms for a day: there may be very many nodes. */
  readonly #intervals = new Float32Array(WINDOW);
  #size = 0;
  #next = 0;
  #mean: Millis = 0;
  #deviation: Millis = 0;
  /** The heartbeat that the next interval is measured from. */
  #last: Moment | undefined;

  /** @param learnt from an earlier run: the window is filled with intervals of just this mean and deviation */
  constructor(learnt?: Learnt) {
    if (learnt === undefined) return;
    const { mean, deviation } = learnt;
    const samples = Math.min(learnt.samples, WINDOW);
    const pairs = Math.floor(samples / 2);
    const distance = pairs === 0 ? 0 : deviation * Math.sqrt(samples / (2 * pairs));
    for (let pair = 0; pair < pairs; pair++) {
      this.#remember(mean - distance);
      this.#remember(mean + distance);
    }
    if (samples % 2 === 1) this.#remember(mean);
    this.#recompute();
  }

  /** Undefined before the first interval. */
  get learnt(): Learnt | undefined {
    if (this.#size === 0) return undefined;
    return { mean: this.#mean, deviation: this.#deviation, samples: this.#size };
  }

  /** The deviation used for timeouts: never so small that a heartbeat could not be a little late. */
  get deviation(): Millis {
    return Math.max(this.#deviation, LEAST_DEVIATION, LEAST_SHARE * this.#mean);
  }

  /** Whether there are enough intervals for an estimate. */
  get isKnown(): boolean {
    return this.#last !== undefined && this.#size >= FEWEST;
  }

  /** Adds a heartbeat. @param longest a longer interval was an outage, and is not learned */
  heard(at: Moment, longest: Millis): void {
    const interval = this.#last === undefined ? Infinity : at - this.#last;
    if (interval < SAME) return;
    this.#last = at;
    if (interval > longest) return;
    if (this.#size === 0) {
      this.#remember(interval * 0.75);
      this.#remember(interval * 1.25);
    } else this.#remember(interval);
    this.#recompute();
  }

  /**
   * The next heartbeat ends no interval (after a pause, a restart, a blind interval). Measuring resumes with the one
   * after it.
   */
  interrupt(): void {
    this.#last = undefined;
  }

  /** The silence after which φ reaches the threshold, in milliseconds. */
  timeout(threshold: number): Millis {
    return this.#mean + this.deviation * lateFor(threshold);
  }

  /** @returns φ of the silence since the last heartbeat; undefined without an estimate */
  phi(at: Moment, blind: Millis): number | undefined {
    if (this.#last === undefined || !this.isKnown) return undefined;
    const silence = Math.max(0, at - this.#last - blind);
    return phiOf((silence - this.#mean) / this.deviation);
  }

  /** A copy, to try what one more heartbeat would change. */
  copy(): HeartbeatHistory {
    const copy = new HeartbeatHistory();
    copy.#intervals.set(this.#intervals);
    copy.#size = this.#size;
    copy.#next = this.#next;
    copy.#last = this.#last;
    copy.#recompute();
    return copy;
  }

  #remember(interval: Millis): void {
    this.#intervals[this.#next] = interval;
    this.#next = (this.#next + 1) % WINDOW;
    this.#size = Math.min(this.#size + 1, WINDOW);
  }

  /** Recomputed each time: running sums lose the precision of the deviation over the years. */
  #recompute(): void {
    let sum = 0;
    for (let at = 0; at < this.#size; at++) sum += this.#intervals[at] ?? 0;
    this.#mean = this.#size === 0 ? 0 : sum / this.#size;
    let squares = 0;
    for (let at = 0; at < this.#size; at++) squares += ((this.#intervals[at] ?? 0) - this.#mean) ** 2;
    this.#deviation = this.#size === 0 ? 0 : Math.sqrt(squares / this.#size);
  }
}
