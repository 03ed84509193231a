import { setTimeout as sleep } from 'node:timers/promises';
import { HeartbeatRequestError } from '../../../src/client/api/request-error.js';

/**
 * Does something again and again. What the daemon refuses, or does not answer because it is away, is part of a soak.
 *
 * @param everyMs from the beginning of one time to that of the next, unless one takes longer
 */
export async function forever(
  signal: AbortSignal,
  everyMs: number,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    const next = performance.now() + everyMs;
    await attempted(work);
    await sleep(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => undefined);
  }
}

/** @returns undefined if the daemon refused it, or was away */
export async function attempted<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HeartbeatRequestError) return undefined;
    throw error;
  }
}
