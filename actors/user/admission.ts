import type { Overload } from '../../src/domain/overload.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';

/**
 * Users a second who may come online whatever the load. 2,000 take a few hundredths of a core, so all come back in the
 * end. While nothing is refused yet, 10,000 take a quarter of one: ordinary coming and going does not cause the strain.
 */
const LEAST = { strained: 10_000, shedding: 2000 } as const satisfies Record<Overload, number>;
/** More than any machine can open. From here on there is no limit. */
const MOST = 1_000_000;
const STEP: Millis = 1000;
/** The factor by which the rate grows after a second without overload. */
const GROWTH = 2;
/** After an overload, the rate restarts at this part of what was too much. */
const CUT = 0.25;
/** An unused share of the rate is kept for this long. */
const SLACK: Millis = 100;

/**
 * Limits how many users come online in a second. An opening costs eight times an extending heal, so past capacity those
 * who are online go first: if they went offline, their sessions would have to be opened again. Where many are offline and
 * keep asking, admitting all at once is the next overload, and admitting nobody keeps everybody offline. So after an
 * overload the rate is at its least for a second, then a part of what was too much, and then doubles each second, as
 * TCP recovers from a loss. See decision 10.
 */
export class Admission {
  readonly #clock: Clock;
  /** Users a second; Infinity without a limit. */
  #rate = Infinity;
  /** The rate after this second, if there is no overload in it. */
  #next = Infinity;
  /** How many may come online now. */
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

  /** Capacity belongs first to those who are online. Call it for every request that was refused, or read too late. */
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
    // A whole second without overload counts from here.
    this.#stepAt = moment(now + STEP);
  }

  /** One second is over, or several without a request. */
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
