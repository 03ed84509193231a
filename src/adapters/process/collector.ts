import v8 from 'node:v8';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';

const EVERY: Millis = 1000;

/** Actors from which on a collection of everything takes as long as somebody would notice; and below which it does not. */
const MANY = 100_000;
const FEW = 50_000;

/** Beside what V8 is told when it starts, which has to suit a daemon that nobody uses yet, too. */
const FLAGS = {
  /** When the heap is three times what lived; and to give memory back, once and not twice, and ten minutes after a collection. */
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
 * Has V8 collect everything less often while very many are alive: with a million it takes both cores for a second, in
 * which everybody waits.
 */
export class Collector {
  readonly #clock: Clock;
  readonly #alive: () => number;
  readonly #setFlag: (flag: string) => void;
  #mode: keyof typeof FLAGS = 'asEver';
  #cancel: Cancel | undefined;

  /** @param alive how many actors there are */
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
