import type { Clock } from '../../ports/clock.js';
import type { Millis } from '../../domain/time.js';
import { hangingError } from './level-errors.js';

/** No step of an opening takes this long on a working disk: the longest reads 64 MiB of tables. */
const LIMIT: Millis = 30_000;

/** Limits the wait for a file system: calls to one that has lost its server never return. */
export class Patience {
  readonly #directory: string;
  readonly #clock: Pick<Clock, 'after'> | undefined;

  /** @param clock without one there is no limit */
  constructor(directory: string, clock: Pick<Clock, 'after'> | undefined) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /**
   * @param late gets an answer that comes after the limit
   * @throws HeartbeatError `HEARTBEAT_STORE_HANGS`
   */
  answered<Answer>(step: Promise<Answer>, late?: (answer: Answer) => void): Promise<Answer> {
    const clock = this.#clock;
    if (clock === undefined) return step;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const cancel = clock.after(LIMIT, () => {
        isOver = true;
        reject(hangingError(this.#directory, LIMIT / 1000));
      });
      step.then(
        (answer) => {
          cancel();
          if (isOver) late?.(answer);
          else resolve(answer);
        },
        (error: unknown) => {
          cancel();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}
