import { moment, toMillis, type Millis, type Moment } from '../../domain/time.js';

/** This many seconds' worth may come at once. As much again is answered with an error; what is beyond is a flood. */
const BURST: Millis = toMillis(1);
const ROUNDING = 1e-6;

/** How a frame stands to the limit of its connection. */
export type Pace = 'in time' | 'too soon' | 'flood';

/** The rate limit of one connection, by the generic cell rate algorithm as in `RateLimiter`. */
export class FrameRate {
  /** When all frames so far would have come at the allowed rate. */
  #due: Moment = moment(-Infinity);

  /** Counts a frame. @param rate frames a second */
  take(now: Moment, rate: number): Pace {
    const interval = toMillis(1) / rate;
    const burst = Math.max(BURST, interval);
    const due = Math.max(this.#due, now) + interval;
    const early = due - now - burst;
    if (early > burst) return 'flood';
    this.#due = moment(due);
    return early > interval * ROUNDING ? 'too soon' : 'in time';
  }
}
