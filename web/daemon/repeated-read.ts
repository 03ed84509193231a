import { asError } from './problems.js';

/** Runs something once after so many milliseconds. @returns what cancels it */
export type After = (wait: number, run: () => void) => () => void;

interface RepeatedReadOptions<Value> {
  readonly read: (signal: AbortSignal) => Promise<Value>;
  readonly done: (value: Value) => void;
  readonly failed: (error: Error) => void;
  /** Milliseconds from the end of one reading to the next. Undefined: it is read again only when it changes. */
  readonly every: number | undefined;
  readonly after?: After;
}

/** Events come in crowds: those of so many milliseconds lead to one reading. */
const GATHER = 250;

/** Reads something at once, again at intervals, and again when it changes. No two readings overlap. */
export class RepeatedRead<Value> {
  readonly #options: RepeatedReadOptions<Value>;
  readonly #after: After;
  readonly #stop = new AbortController();
  #isReading = false;
  /** Whether it is to be read once more when this reading is over. */
  #isAsked = false;
  #cancelNext: (() => void) | undefined;
  /** Set from the first event of a crowd until it is read. */
  #cancelGathering: (() => void) | undefined;

  constructor(options: RepeatedReadOptions<Value>) {
    this.#options = options;
    this.#after = options.after ?? afterOnThePage;
    void this.#read();
  }

  /** Reads it again at once, or as soon as the reading that is under way is over. */
  readonly again = (): void => {
    void this.#read();
  };

  /** It has changed: it is read soon, together with the changes that follow. */
  changed(): void {
    this.#cancelGathering ??= this.#after(GATHER, () => {
      this.#cancelGathering = undefined;
      this.again();
    });
  }

  end(): void {
    this.#stop.abort();
    this.#cancelNext?.();
    this.#cancelGathering?.();
  }

  async #read(): Promise<void> {
    this.#isAsked = true;
    if (this.#isReading) return;
    this.#isReading = true;
    const { signal } = this.#stop;
    const { read, done, failed, every } = this.#options;
    this.#cancelNext?.();
    const isOver = (): boolean => signal.aborted;
    while (this.#isAsked && !isOver()) {
      this.#isAsked = false;
      try {
        const value = await read(signal);
        if (!isOver()) done(value);
      } catch (error) {
        if (!isOver()) failed(asError(error));
      }
    }
    this.#isReading = false;
    if (every !== undefined && !isOver()) this.#cancelNext = this.#after(every, this.again);
  }
}

function afterOnThePage(wait: number, run: () => void): () => void {
  const timer = setTimeout(run, wait);
  return () => clearTimeout(timer);
}
