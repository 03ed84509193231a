import { millis, type Millis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** A long pass may be a collection's fault, and so may the next one, which finds all that has come meanwhile. */
const SUSTAINED: Millis = 1000;
/** However it came to be so long, a pass that is this many times too long takes in no more. */
const LENIENCY = 10;

/**
 * How long one pass of the event loop takes in requests. Where passes go on finding more than they can take in time,
 * everybody would be kept waiting: deadlines, checkups, the probes. What they find past it is to be refused at once.
 */
export class PassBudget {
  readonly #clock: Clock;
  readonly #limit: Millis;
  /** When the pass that is under way took in its first request. */
  #began: Moment | undefined;
  #overruns = false;
  /** Since when every pass with requests has taken too long, and when the last one did. */
  #tooLong: { readonly since: Moment; last: Moment } | undefined;

  /** @param limit seconds */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = millis(limit);
  }

  /** To be asked once for each request, when it has been read. */
  isSpent(): boolean {
    const now = this.#clock.now();
    const began = this.#began ?? this.#begin(now);
    const spent = now - began;
    if (spent < this.#limit) return false;
    this.#overruns = true;
    return spent >= this.#limit * LENIENCY || now - (this.#tooLong?.since ?? now) >= SUSTAINED;
  }

  #begin(now: Moment): Moment {
    if (this.#tooLong !== undefined && now - this.#tooLong.last >= SUSTAINED) this.#tooLong = undefined;
    this.#began = now;
    this.#clock.soon(() => {
      this.#end(now);
    });
    return now;
  }

  #end(began: Moment): void {
    if (!this.#overruns) this.#tooLong = undefined;
    else if (this.#tooLong === undefined) this.#tooLong = { since: began, last: began };
    else this.#tooLong.last = began;
    this.#began = undefined;
    this.#overruns = false;
  }
}
