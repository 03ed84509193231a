/** Buckets in seconds for how late a deadline is noticed: about a tick, a stall, or the queue of a mass expiry. */
export const LATENESS: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
