import type { Clock } from '../../src/ports/clock.js';

/** Gathers what the actors of one pass of the event loop ask history to keep, and hands it over at the pass's end. */
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

  /** Passes on at once what was gathered. */
  flush(): void {
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#submit(entries);
  }
}
