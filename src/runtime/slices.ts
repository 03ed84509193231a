import type { Millis } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** How long a slice lasts. */
const SLICE: Millis = 10;

/** Work that goes on in slices. */
export interface SlicedWork {
  /** Whether the slice is over. Call it after each small part of the work. */
  readonly isOver: boolean;
  /** Resolves when the next slice begins. */
  next(): Promise<void>;
}

/**
 * Long work for many callers, in slices: one of them in each pass of the event loop, in turn. However many there are,
 * they hold up everything else no longer than one of them would.
 */
export class Slices {
  readonly #clock: Pick<Clock, 'now' | 'soon'>;
  #waiting: (() => void)[] = [];

  constructor(clock: Pick<Clock, 'now' | 'soon'>) {
    this.#clock = clock;
  }

  /** The first slice begins at once. */
  begin(): SlicedWork {
    const clock = this.#clock;
    let begun = clock.now();
    return {
      get isOver() {
        return clock.now() - begun >= SLICE;
      },
      next: async () => {
        await new Promise<void>((resolve) => this.#wait(resolve));
        begun = clock.now();
      },
    };
  }

  #wait(resume: () => void): void {
    this.#waiting.push(resume);
    if (this.#waiting.length === 1) this.#clock.soon(this.#giveTurn);
  }

  readonly #giveTurn = (): void => {
    const resume = this.#waiting.shift();
    if (this.#waiting.length > 0) this.#clock.soon(this.#giveTurn);
    resume?.();
  };
}
