import { millis, type Millis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** One long pass may be a collection's fault, and is no overload until it is this many times too long. */
const LENIENCY = 5;

/**
 * How long one pass of the event loop takes in requests. Where passes go on finding more than they can take in time,
 * everybody would be kept waiting: deadlines, checkups, the probes. What they find past it is to be refused at once.
 */
export class PassBudget {
  readonly #clock: Clock;
  readonly #limit: Millis;
  /** When the pass that is under way took in its first request. */
  #began: Moment | undefined;
  #overrun = false;
  #overranLast = false;

  /** @param limit seconds */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = millis(limit);
  }

  /** To be asked once for each request, when it has been read. */
  isSpent(): boolean {
    const now = this.#clock.now();
    if (this.#began === undefined) this.#begin(now);
    const spent = now - (this.#began ?? now);
    if (spent < this.#limit) return false;
    this.#overrun = true;
    return this.#overranLast || spent >= this.#limit * LENIENCY;
  }

  #begin(now: Moment): void {
    this.#began = now;
    this.#clock.soon(() => {
      this.#began = undefined;
      this.#overranLast = this.#overrun;
      this.#overrun = false;
    });
  }
}
