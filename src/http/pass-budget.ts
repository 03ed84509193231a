import type { Overload } from '../domain/overload.js';
import { millis, type Millis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** A long pass may be a collection's fault, and so may the next one, which finds all that has come meanwhile. */
const SUSTAINED: Millis = 1000;
/** How many times too long a pass may become, by itself and where all of them are too long. */
const LENIENCY = { alone: 20, sustained: 2 };

/**
 * How long one pass of the event loop takes in requests. One that is too long makes up for a time in which nobody was
 * looked at: turned away, those would be back, and cost more. Only what a pass finds that has become too long for
 * everybody is to be refused, at once.
 */
export class PassBudget {
  readonly #clock: Clock;
  readonly #limit: Millis;
  /** The pass that is under way: when it took in its first request, and its last one, and how long they took. */
  #pass: { readonly began: Moment; last: Moment; taken: Millis } | undefined;
  /** Since when passes have gone on taking too long, and when the last one did. */
  #tooLong: { readonly since: Moment; last: Moment } | undefined;

  /** @param limit seconds */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = millis(limit);
  }

  /** To be asked once for each request, when it has been read. @returns undefined while all is well */
  overload(): Overload | undefined {
    const now = this.#clock.now();
    const pass = (this.#pass ??= this.#begin(now));
    // No request takes as long as a whole pass may: between these two the process stood still.
    pass.taken += Math.min(now - pass.last, this.#limit);
    pass.last = now;
    if (pass.taken < this.#limit) return undefined;
    const lasts = now - (this.#tooLong?.since ?? now);
    const most = lasts >= SUSTAINED ? LENIENCY.sustained : LENIENCY.alone;
    if (pass.taken >= this.#limit * most) return 'shedding';
    return lasts >= SUSTAINED ? 'strained' : undefined;
  }

  #begin(now: Moment): { readonly began: Moment; last: Moment; taken: Millis } {
    if (this.#tooLong !== undefined && now - this.#tooLong.last >= SUSTAINED) this.#tooLong = undefined;
    const pass = { began: now, last: now, taken: 0 };
    this.#clock.soon(() => {
      this.#pass = undefined;
      this.#end(pass.began, pass.taken);
    });
    return pass;
  }

  #end(began: Moment, taken: Millis): void {
    // A short one in between means nothing: those who were just answered have not come back yet.
    if (taken < this.#limit) return;
    if (this.#tooLong === undefined) this.#tooLong = { since: began, last: began };
    else this.#tooLong.last = began;
  }
}
