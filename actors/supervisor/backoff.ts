/** The delay in seconds between consecutive restarts of a child. With a `max` of 0 it restarts at once, as in OTP. */
export interface Backoff {
  readonly min: number;
  readonly max: number;
}

/**
 * Milliseconds before consecutive restart number `nth` (from 1) of a child: none, then `min` seconds, doubling up to
 * `max`.
 */
export function restartDelay(nth: number, backoff: Backoff): number {
  const { min, max } = backoff;
  // A min of 0 never grows, and 0 times a large power would be NaN.
  if (nth <= 1 || min === 0) return 0;
  return Math.round(Math.min(max, min * 2 ** (nth - 2)) * 1000);
}

/**
 * How many restarts still count as consecutive for a child that ended after `uptime` milliseconds (null if it never
 * started): none if it ran longer than `period` seconds.
 */
export function restartsInRow(before: number, uptime: number | null, period: number): number {
  return uptime !== null && uptime > period * 1000 ? 0 : before;
}
