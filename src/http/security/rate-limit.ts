import { toMillis, moment, type Millis, type Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** The most callers that are remembered. Past it, the one counted first is forgotten and starts again. */
const REMEMBERED = 100_000;
/** This many seconds' worth may come at once. */
const BURST = 1;
const ROUNDING = 1e-6;

/**
 * A rate limit for each caller by the generic cell rate algorithm: for each there is one moment, at which all requests
 * so far would have come at the allowed rate. A caller whose moment is ahead by more than a burst has to wait.
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
    this.#interval = toMillis(1) / rate;
    // One request is always allowed, however slow the rate.
    this.#burst = Math.max(toMillis(BURST), this.#interval);
    this.#remembered = remembered;
  }

  /**
   * Counts a request.
   *
   * @returns 0 if it may pass, else the seconds to wait
   */
  take(who: string): number {
    const now = this.#clock.now();
    const due = Math.max(this.#due.get(who) ?? now, now) + this.#interval;
    const early = due - now - this.#burst;
    // Sums of intervals are off by their rounding.
    if (early > this.#interval * ROUNDING) return early / 1000;
    // Moved to the end, so that quiet callers are forgotten first.
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
