/** Seconds between restarts of one child in a row; a `max` of 0 restarts at once, as OTP does. */
export interface Backoff {
  readonly min: number;
  readonly max: number;
}

/**
 * Milliseconds to wait before restart number `nth` (from 1) of one child in a row:
 * none, then `min` seconds, doubling up to `max`.
 */
export function restartDelay(nth: number, backoff: Backoff): number {
  const { min, max } = backoff;
  // A min of 0 never grows, and 0 times a large power would be NaN.
  if (nth <= 1 || min === 0) return 0;
  return Math.round(Math.min(max, min * 2 ** (nth - 2)) * 1000);
}

/**
 * How many restarts still count as "in a row" for a child that ended after `uptime` milliseconds
 * (null when it never got as far as running): none when it stayed up longer than `period` seconds.
 */
export function restartsInRow(before: number, uptime: number | null, period: number): number {
  return uptime !== null && uptime > period * 1000 ? 0 : before;
}
