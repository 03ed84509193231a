import { toSeconds, type Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** How long the coordination service may take. A lease must outlast a few requests that get no answer. */
const PATIENCE: Millis = 1_000;

/** Waits for an answer of the coordination service, but not for ever. What was asked may happen all the same. */
export function ask<Answer>(
  clock: Pick<Clock, 'after'>,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(PATIENCE, () => {
      const error = new Error(`no answer for ${toSeconds(PATIENCE)} s`);
      reject(error);
      controller.abort(error);
    });
    work(controller.signal).finally(cancel).then(resolve, reject);
  });
}
