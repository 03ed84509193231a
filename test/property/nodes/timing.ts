/** Milliseconds. Short, so that much happens in little simulated time. */
export const TIMEOUT = 500;
export const BLIND_AFTER = 100;

/** How far apart the daemon's pulses are. */
export const TICK = 20;
/** How old what is on disk of a node may be: a checkpoint, what it takes, and two short stalls. */
export const LAG = 500 + 3 * TICK + 2 * BLIND_AFTER;
/** When a timer that crashed its actor twice is tried again. */
export const AGAIN = 1000;
