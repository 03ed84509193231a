import { millis, type Millis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/**
 * How long one pass of the event loop may take in requests. A pass that finds more of them than it can take in time
 * would keep everybody waiting: deadlines, checkups, the probes. What it finds past that is to be refused at once.
 */
export class PassBudget {
  readonly #clock: Clock;
  readonly #limit: Millis;
  /** When the pass that is under way took in its first request. */
  #began: Moment | undefined;

  /** @param limit seconds */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = millis(limit);
  }

  /** To be asked once for each request, when it has been read. */
  isSpent(): boolean {
    const now = this.#clock.now();
    if (this.#began !== undefined) return now - this.#began >= this.#limit;
    this.#began = now;
    this.#clock.soon(() => {
      this.#began = undefined;
    });
    return false;
  }
}
