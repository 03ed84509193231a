import type { Overload } from '../../src/domain/overload.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';

/**
 * Users a second who are let in whatever the load: a few hundredths of a core, so that all come back in the end.
 * Before anything is turned away it is a quarter of one: who comes and goes as ever is not what the strain comes from.
 */
const LEAST = { strained: 10_000, shedding: 2000 } as const satisfies Record<Overload, number>;
/** More than any machine could open: from here on there is no limit. */
const MOST = 1_000_000;
const STEP: Millis = 1000;
/** A second without overload lets in so many times what the one before did. */
const GROWTH = 2;
/** After an overload it goes on from this part of what was too much. */
const CUT = 0.25;
/** What was not used of a second's share is kept for as long as this. */
const SLACK: Millis = 100;

/**
 * How many users may come online a second. A session that opens costs eight times a heal that extends, so past
 * capacity those who are online come first: if they lapsed, their sessions would have to be opened again. But where
 * many have lapsed and keep asking, letting in all of them at once is the next overload, and letting in nobody is
 * none of them online. So an overload lets in the least for a second, then a part of what was too much, and from
 * there on twice as many each second, as TCP comes back from a loss.
 */
export class Admission {
  readonly #clock: Clock;
  /** Users a second; Infinity while there is no limit. */
  #rate = Infinity;
  /** What it goes on from when this second is over without overload. */
  #next = Infinity;
  /** How many may come now. */
  #allowance = 0;
  #allowedAt: Moment;
  #stepAt: Moment;
  /** In this second, and in the one before. */
  #admitted = 0;
  #admittedBefore = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#allowedAt = clock.now();
    this.#stepAt = moment(this.#allowedAt + STEP);
  }

  /** Whether one more user may come online now. */
  admits(): boolean {
    const now = this.#clock.now();
    if (now >= this.#stepAt) this.#step(now);
    if (this.#rate !== Infinity && !this.#allows(now)) return false;
    this.#admitted++;
    return true;
  }

  /** To be told of every request that was turned away, or was not read in time. */
  overloaded(overload: Overload): void {
    const now = this.#clock.now();
    if (now >= this.#stepAt) this.#step(now);
    const least = LEAST[overload];
    if (this.#rate > least) {
      this.#next = Math.max(least, CUT * Math.max(this.#admitted, this.#admittedBefore));
      this.#rate = least;
      this.#allowance = 0;
      this.#allowedAt = now;
    }
    // A whole second without overload, from here.
    this.#stepAt = moment(now + STEP);
  }

  /** One second is over, or several in which nobody asked. */
  #step(now: Moment): void {
    const idle = Math.floor((now - this.#stepAt) / STEP);
    this.#admittedBefore = idle === 0 ? this.#admitted : 0;
    this.#admitted = 0;
    this.#stepAt = moment(now + STEP);
    const rate = this.#next * GROWTH ** idle;
    this.#rate = rate > MOST ? Infinity : rate;
    this.#next = this.#rate * GROWTH;
  }

  #allows(now: Moment): boolean {
    const most = Math.max(1, (this.#rate * SLACK) / STEP);
    this.#allowance = Math.min(most, this.#allowance + ((now - this.#allowedAt) / STEP) * this.#rate);
    this.#allowedAt = now;
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }
}
