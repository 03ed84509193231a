import { lateFor, phiOf } from './phi.js';
import type { Millis, Moment } from './time.js';

/** The intervals that are remembered, as many as by Akka's remoting: a rhythm that changes is learnt within as many beats. */
const WINDOW = 200;
/** With fewer than this nothing is said: a deviation from few intervals is off by too much. */
const FEWEST = 10;
/** A rhythm that has not varied yet would make the slightest lateness a certainty. Akka has the first of these. */
const LEAST_DEVIATION: Millis = 100;
const LEAST_SHARE = 0.05;
/** What comes sooner after a heartbeat is the same one again: in one batch twice, or sent anew for want of an answer. */
const SAME: Millis = 20;

/** At this φ a silence counts as a miss where nobody has chosen another, as in Akka: once in a hundred million. */
export const THRESHOLD = 8;

/** What is kept of a rhythm. Durations in milliseconds. */
export interface Learnt {
  readonly mean: Millis;
  /** As it was observed, however small. */
  readonly deviation: Millis;
  /** Intervals that these are of. */
  readonly samples: number;
}

/**
 * The rhythm of one node, learnt from the intervals between its heartbeats: the φ accrual failure detector of Hayashibara
 * et al. (2004), with its window, and its first interval taken for two, a quarter to either side, as Akka takes the one
 * that it is told. Mutable, since a node has one for as long as it lives.
 */
export class HeartbeatHistory {
  /** In single precision, which tells a day to 8 ms: there may be very many nodes. */
  readonly #intervals = new Float32Array(WINDOW);
  #size = 0;
  #next = 0;
  #mean: Millis = 0;
  #deviation: Millis = 0;
  /** What the next interval is measured from. */
  #last: Moment | undefined;

  /** @param learnt in an earlier run: as many intervals that have just this mean and deviation */
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

  /** Undefined before there was an interval. */
  get learnt(): Learnt | undefined {
    if (this.#size === 0) return undefined;
    return { mean: this.#mean, deviation: this.#deviation, samples: this.#size };
  }

  /** What it is reckoned with: never so small that a heartbeat could not be a little late. */
  get deviation(): Millis {
    return Math.max(this.#deviation, LEAST_DEVIATION, LEAST_SHARE * this.#mean);
  }

  /** Whether there is anything to expect the next heartbeat by. */
  get isKnown(): boolean {
    return this.#last !== undefined && this.#size >= FEWEST;
  }

  /** A heartbeat came. @param longest an interval longer than this was an outage, and is not learnt */
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

  /** Something came between: the next heartbeat says nothing of the rhythm, and only the one after it is measured. */
  interrupt(): void {
    this.#last = undefined;
  }

  /** After how long a silence φ comes to the threshold. */
  timeout(threshold: number): Millis {
    return this.#mean + this.deviation * lateFor(threshold);
  }

  /** @returns how improbable it is to be silent for so long from the last heartbeat on */
  phi(at: Moment, blind: Millis): number | undefined {
    if (this.#last === undefined || !this.isKnown) return undefined;
    const silence = Math.max(0, at - this.#last - blind);
    return phiOf((silence - this.#mean) / this.deviation);
  }

  /** To see what one more heartbeat would make of it. */
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

  /** Anew each time: sums that are added to and taken from for years lose what the deviation is made of. */
  #recompute(): void {
    let sum = 0;
    for (let at = 0; at < this.#size; at++) sum += this.#intervals[at] ?? 0;
    this.#mean = this.#size === 0 ? 0 : sum / this.#size;
    let squares = 0;
    for (let at = 0; at < this.#size; at++) squares += ((this.#intervals[at] ?? 0) - this.#mean) ** 2;
    this.#deviation = this.#size === 0 ? 0 : Math.sqrt(squares / this.#size);
  }
}
