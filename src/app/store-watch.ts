import type { Cancel, Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import { toMillis, type Millis } from '../domain/time.js';

/** A removed directory is noticed within this time. */
const EVERY: Millis = 1000;
/** Bytes read in each turn while files are checked: about four milliseconds of work, half a percent of a core. */
const PORTION = 4 * 1024 * 1024;
/** LevelDB merges files by itself, and a damaged one may abort the process, so the first check is faster. */
const FIRST_PORTION = 4 * PORTION;
/** The pause between checks of all files. */
const REST = toMillis(3600);

/** Watches the store's files while the daemon runs: whether they exist, and whether they are damaged. */
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
