import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** How long bodies are read and acted on in one pass of the event loop. */
const BUDGET: Millis = 10;

type Work = () => void | Promise<void>;

/**
 * Bodies whose reading may be costly, with regular expressions or schedules in them, are read one after another: in each
 * pass of the event loop at least one, and more while there is time. Many of them may become complete in one read of a
 * socket, after the requests themselves were counted.
 */
export class BodyTurns {
  readonly #clock: Pick<Clock, 'now' | 'soon'>;
  #waiting: (() => void)[] = [];
  /** Time that this pass has spent on bodies; undefined if it has read none. */
  #spent: Millis | undefined;

  constructor(clock: Pick<Clock, 'now' | 'soon'>) {
    this.#clock = clock;
  }

  /** Reads a body now, or in its turn. @returns what `work` does */
  run(work: Work): void | Promise<void> {
    if (this.#waiting.length === 0 && this.#hasTime) return this.#timed(work);
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(this.#timed(work));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  get #hasTime(): boolean {
    return (this.#spent ?? 0) < BUDGET;
  }

  #timed(work: Work): void | Promise<void> {
    if (this.#spent === undefined) {
      this.#spent = 0;
      this.#clock.soon(this.#nextPass);
    }
    const begun = this.#clock.now();
    try {
      return work();
    } finally {
      this.#spent += this.#clock.now() - begun;
    }
  }

  readonly #nextPass = (): void => {
    this.#spent = undefined;
    while (this.#waiting.length > 0 && this.#hasTime) this.#waiting.shift()?.();
  };
}
