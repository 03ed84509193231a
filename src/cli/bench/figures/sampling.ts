import { setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../../../domain/time.js';

export interface Sampling<T> {
  /** Takes the last sample now and returns all of them. */
  readonly finish: () => Promise<T[]>;
}

/**
 * Takes a sample each `everyMs` during `forMs`. `finish` takes the last one, so that it includes everything that
 * still arrived.
 */
export function startSampling<T>(everyMs: Millis, forMs: Millis, take: () => Promise<T>): Sampling<T> {
  const samples: T[] = [];
  const finished = new AbortController();
  const begin = performance.now();

  async function sample(): Promise<void> {
    for (let at = everyMs; at < forMs; at += everyMs) {
      const elapsed = performance.now() - begin;
      if (elapsed >= at + everyMs) continue;
      await sleep(Math.max(0, at - elapsed), undefined, { signal: finished.signal }).catch(() => undefined);
      if (finished.signal.aborted) return;
      samples.push(await take());
    }
  }

  const regular = sample();
  return {
    finish: async () => {
      finished.abort();
      await regular;
      samples.push(await take());
      return samples;
    },
  };
}
