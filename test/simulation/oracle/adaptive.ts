import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';

/** The number of intervals that a node remembers. */
const WINDOW = 200;
/** With fewer intervals the timeout is the longest one. */
const FEWEST = 10;
/** A heartbeat that comes sooner after another one counts as a copy of it. */
const SAME = 20;
/** The number of deviations from the mean at which φ is 8. */
const LATE = 5.6125;

/**
 * The timeout of a node after its last heartbeat, computed independently as docs/decisions/0040 describes it.
 *
 * @param heartbeats when they were read; undefined for an interruption
 */
export function adaptiveTimeout(
  { min, max }: AdaptiveTimeout,
  heartbeats: readonly (number | undefined)[],
): number {
  const intervals: number[] = [];
  let last: number | undefined;
  for (const at of heartbeats) {
    const interval = at === undefined || last === undefined ? Infinity : at - last;
    if (interval < SAME) continue;
    last = at;
    if (interval > max) continue;
    if (intervals.length === 0) intervals.push(interval * 0.75, interval * 1.25);
    else intervals.push(interval);
  }
  const window = intervals.slice(-WINDOW);
  if (last === undefined || window.length < FEWEST) return max;
  const mean = meanOf(window);
  const deviation = Math.sqrt(meanOf(window.map((interval) => (interval - mean) ** 2)));
  return Math.min(max, Math.max(min, mean + LATE * Math.max(100, mean / 20, deviation)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
