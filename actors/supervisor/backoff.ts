import { toMillis, type Millis, type Seconds } from '../../src/domain/time.js';

/** The delay between consecutive restarts of a child. With a `max` of 0 it restarts at once, as in OTP. */
export interface Backoff {
  readonly min: Seconds;
  readonly max: Seconds;
}

/** The wait before consecutive restart number `nth` (from 1) of a child: none, then `min`, doubling up to `max`. */
export function restartDelay(nth: number, backoff: Backoff): Millis {
  const { min, max } = backoff;
  // A min of 0 never grows, and 0 times a large power would be NaN.
  if (nth <= 1 || min === 0) return 0;
  return Math.round(toMillis(Math.min(max, min * 2 ** (nth - 2))));
}

/**
 * How many restarts still count as consecutive for a child that ended after `uptime` (null if it never started): none if
 * it ran longer than `period`.
 */
export function restartsInRow(before: number, uptime: Millis | null, period: Seconds): number {
  return uptime !== null && uptime > toMillis(period) ? 0 : before;
}
