import type { Millis } from '../../../domain/time.js';

/** Both clocks are read in whole milliseconds, and the daemon may derive its own from the monotonic one. */
export const CLOCK_TOLERANCE_MS = 10;
/** After a stall up to this long the daemon dates a heal to when the stall began; after a longer one it was blind. */
const LONGEST_BACKDATING_MS = 1_000;

/** By how much the daemon may date a heal before its sending, when its event loop stood still so long at most. */
export function toleranceAfter(longestStallMs: Millis): number {
  return CLOCK_TOLERANCE_MS + Math.min(Math.ceil(longestStallMs), LONGEST_BACKDATING_MS);
}
