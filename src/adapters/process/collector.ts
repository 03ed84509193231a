import v8 from 'node:v8';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';

const EVERY: Millis = 1000;

/** From this number of actors on, a full collection takes noticeably long; below the other it does not. */
const MANY = 100_000;
const FEW = 50_000;

/** Flags besides those of the start, which must also suit a daemon that nobody uses yet. */
const FLAGS = {
  /**
   * Collect when the heap is three times what lived; give memory back once instead of twice, ten minutes after a
   * collection.
   */
  rarely: [
    '--heap-growing-percent=200',
    '--gc-memory-reducer-start-delay-ms=600000',
    '--memory-reducer-single-gc',
  ],
  asEver: [
    '--heap-growing-percent=0',
    '--gc-memory-reducer-start-delay-ms=8000',
    '--no-memory-reducer-single-gc',
  ],
} as const;

/**
 * Makes V8 collect less often while very many actors are alive: with a million, a full collection takes both cores for
 * a second, and everybody waits. See decision 53.
 */
export class Collector {
  readonly #clock: Clock;
  readonly #alive: () => number;
  readonly #setFlag: (flag: string) => void;
  #mode: keyof typeof FLAGS = 'asEver';
  #cancel: Cancel | undefined;

  /** @param alive the number of actors */
  constructor(
    clock: Clock,
    alive: () => number,
    setFlag = (flag: string): void => v8.setFlagsFromString(flag),
  ) {
    this.#clock = clock;
    this.#alive = alive;
    this.#setFlag = setFlag;
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(): void {
    const alive = this.#alive();
    const mode = alive >= MANY ? 'rarely' : alive < FEW ? 'asEver' : this.#mode;
    if (mode === this.#mode) return;
    this.#mode = mode;
    for (const flag of FLAGS[mode]) this.#setFlag(flag);
  }
}
