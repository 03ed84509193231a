/** Milliseconds. Short, so that much happens in little simulated time. */
export const TIMEOUT = 500;
export const BLIND_AFTER = 100;

/** How far apart the daemon's ticks are. */
export const TICK = 20;
/** When a timer that crashed its actor twice is tried again. */
export const AGAIN = 1000;

/** How old the state on disk may be: a checkpoint, the time that it takes, and two short stalls. */
export function lag(checkpointEvery: number): number {
  return checkpointEvery + 3 * TICK + 2 * BLIND_AFTER;
}
