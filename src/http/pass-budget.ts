import type { Overload } from '../domain/overload.js';
import { millis, type Millis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** A long pass may be a collection's fault, and so may the next one, which finds all that has come meanwhile. */
const SUSTAINED: Millis = 1000;
/** How many times too long a pass may become, by itself and where all of them are too long. */
const LENIENCY = { alone: 5, sustained: 2 };

/**
 * How long one pass of the event loop takes in requests. One that is too long makes up for a time in which nobody was
 * looked at: turned away, those would be back, and cost more. Only what a pass finds that has become too long for
 * everybody is to be refused, at once.
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

  /** To be asked once for each request, when it has been read. @returns undefined while all is well */
  overload(): Overload | undefined {
    const now = this.#clock.now();
    const began = this.#began ?? this.#begin(now);
    const taken = now - began;
    if (taken < this.#limit) return undefined;
    this.#overruns = true;
    const lasts = now - (this.#tooLong?.since ?? now);
    const most = lasts >= SUSTAINED ? LENIENCY.sustained : LENIENCY.alone;
    if (taken >= this.#limit * most) return 'shedding';
    return lasts >= SUSTAINED ? 'strained' : undefined;
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
