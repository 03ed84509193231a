import type { Clock } from '../../src/ports/clock.js';

/** Collects the entries that actors submit in one pass of the event loop, and passes them to history at its end. */
export class HistoryBuffer<Entry> {
  readonly #clock: Clock;
  readonly #submit: (entries: readonly Entry[]) => void;
  #entries: Entry[] = [];

  constructor(clock: Clock, submit: (entries: readonly Entry[]) => void) {
    this.#clock = clock;
    this.#submit = submit;
  }

  add(entry: Entry): void {
    if (this.#entries.length === 0) {
      this.#clock.soon(() => {
        this.flush();
      });
    }
    this.#entries.push(entry);
  }

  /** Passes the collected entries on at once. */
  flush(): void {
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#submit(entries);
  }
}
