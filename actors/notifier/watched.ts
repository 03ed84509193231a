import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';

/** Counting a million nodes takes a while, and they do not come and go that fast. */
const FRESH: Millis = 1000;

/** How many nodes there are to fail, as of a second ago at the most. */
export class Watched {
  readonly #clock: Clock;
  readonly #counted: () => number;
  #at: Moment = moment(-Infinity);
  #count = 0;

  constructor(clock: Clock, counted: () => number) {
    this.#clock = clock;
    this.#counted = counted;
  }

  get count(): number {
    const now = this.#clock.now();
    if (now - this.#at >= FRESH) {
      this.#at = now;
      this.#count = this.#counted();
    }
    return this.#count;
  }
}
