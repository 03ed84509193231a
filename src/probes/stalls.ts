import type { Millis, Moment } from '../domain/time.js';
import type { ProbeClock } from './probe-run.js';

const EVERY: Millis = 250;
/** A standstill of this length or longer. */
const STALL: Millis = 1000;

/** Counts the standstills of this thread: probes that failed meanwhile may have had their answers in time. */
export class Stalls {
  readonly #clock: ProbeClock;
  #last: Moment;
  #count = 0;

  constructor(clock: ProbeClock) {
    this.#clock = clock;
    this.#last = clock.now();
    this.#wait();
  }

  /** @returns how many there were until now */
  look(): number {
    const now = this.#clock.now();
    if (now - this.#last >= EVERY + STALL) {
      this.#count++;
      this.#last = now;
    }
    return this.#count;
  }

  #wait(): void {
    this.#clock.after(EVERY, () => {
      this.look();
      this.#last = this.#clock.now();
      this.#wait();
    });
  }
}
