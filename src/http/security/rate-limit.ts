import { millis, moment, type Millis, type Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** How many are remembered. Past it the one that was counted first is forgotten, and begins anew. */
const REMEMBERED = 100_000;
/** So many seconds' worth may come at once. */
const BURST = 1;
const ROUNDING = 1e-6;

/**
 * Holds everybody to a rate. For each there is one moment, when all that came so far would have come at that rate (the
 * generic cell rate algorithm): who is behind it by more than a burst has to wait.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #burst: Millis;
  readonly #remembered: number;
  readonly #due = new Map<string, Moment>();

  /** @param rate requests a second */
  constructor(clock: Clock, rate: number, remembered = REMEMBERED) {
    this.#clock = clock;
    this.#interval = millis(1) / rate;
    // One may come at any time, however slow the rate.
    this.#burst = Math.max(millis(BURST), this.#interval);
    this.#remembered = remembered;
  }

  /**
   * Counts a request.
   *
   * @returns 0 where it may pass, else the seconds to wait
   */
  take(who: string): number {
    const now = this.#clock.now();
    const due = Math.max(this.#due.get(who) ?? now, now) + this.#interval;
    const early = due - now - this.#burst;
    // Sums of intervals are off by their rounding.
    if (early > this.#interval * ROUNDING) return early / 1000;
    // Behind the others, so that those who are quiet are forgotten first.
    this.#due.delete(who);
    this.#due.set(who, moment(due));
    if (this.#due.size > this.#remembered) this.#forgetOne();
    return 0;
  }

  #forgetOne(): void {
    for (const first of this.#due.keys()) {
      this.#due.delete(first);
      return;
    }
  }
}
