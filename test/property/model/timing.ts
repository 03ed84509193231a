/** Milliseconds. Short, so that much happens in little simulated time. */
export const TIMEOUT = 500;
export const BLIND_AFTER = 100;

/** The interval of the daemon's ticks. */
export const TICK = 20;
/** The delay after which a timer that crashed its actor twice is tried again. */
export const AGAIN = 1000;

/** The largest age of the state on disk: a checkpoint interval, its duration, and two short stalls. */
export function lag(checkpointEvery: number): number {
  return checkpointEvery + 3 * TICK + 2 * BLIND_AFTER;
}
