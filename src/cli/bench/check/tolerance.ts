import type { Millis } from '../../../domain/time.js';

/** Both clocks are read in whole milliseconds, and the daemon may derive its wall clock from the monotonic one. */
export const CLOCK_TOLERANCE_MS = 10;
/** After a stall of up to this length the daemon dates a heal to the stall's start. After a longer one it was blind. */
const LONGEST_BACKDATING_MS = 1_000;

/** How far before its sending the daemon may date a heal, if this was the longest stall of its event loop. */
export function toleranceAfter(longestStallMs: Millis): number {
  return CLOCK_TOLERANCE_MS + Math.min(Math.ceil(longestStallMs), LONGEST_BACKDATING_MS);
}
