import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import { NoAnswer } from './postgres-errors.js';

/** How long an answer is waited for. */
const PATIENCE: Millis = 2_000;

/**
 * Waits for the server's answer, but not for ever.
 *
 * @param giveUp ends what does not answer: what runs on the server may still be committed
 * @throws NoAnswer
 */
export function patiently<Answer>(
  clock: Pick<Clock, 'after'>,
  work: () => Promise<Answer>,
  giveUp: () => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(PATIENCE, () => {
      reject(new NoAnswer(PATIENCE / 1000));
      giveUp();
    });
    work().finally(cancel).then(resolve, reject);
  });
}
