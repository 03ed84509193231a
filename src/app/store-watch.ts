import type { Cancel, Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import { millis, type Millis } from '../domain/time.js';

/** A directory that was removed is noticed within this. */
const EVERY: Millis = 1000;
/** Read in each turn while the files are being checked: about four milliseconds of work, so half a percent of a core. */
const PORTION = 4 * 1024 * 1024;
/** LevelDB merges files by itself, and may end the process by one that is damaged, so the first check is quicker. */
const FIRST_PORTION = 4 * PORTION;
/** From one check of all files to the next. */
const REST = millis(3600);

/** Looks after the files of the store while the daemon runs: whether they are there, and whether they are sound. */
export class StoreWatch {
  readonly #store: Pick<HistoryStore, 'checkPresence' | 'checkFiles'>;
  readonly #clock: Clock;
  #cancel: Cancel | undefined;
  #restsUntil = -Infinity;
  #isOver = false;
  /** All files have been checked once. */
  #isProven = false;

  constructor(store: Pick<HistoryStore, 'checkPresence' | 'checkFiles'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY, () => {
      void this.#look().finally(() => {
        if (!this.#isOver) this.start();
      });
    });
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    await this.#store.checkPresence();
    const now = this.#clock.now();
    if (now < this.#restsUntil) return;
    const portion = this.#isProven ? PORTION : FIRST_PORTION;
    if (!(await this.#store.checkFiles(portion))) return;
    this.#isProven = true;
    this.#restsUntil = now + REST;
  }
}
