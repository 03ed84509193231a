import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';

/** Intervals that are remembered. */
const WINDOW = 200;
/** With fewer of them the timeout is the longest. */
const FEWEST = 10;
/** A heartbeat so soon after another one is a copy of it. */
const SAME = 20;
/** Deviations from the mean at which φ is 8. */
const LATE = 5.6125;

/**
 * The timeout of a node after its last heartbeat, computed from outside as docs/decisions/0040 describes it.
 *
 * @param heartbeats when they were read; undefined where something interrupted them
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
