import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { restartDelay } from '../supervisor/backoff.js';

/** The delay between attempts. */
const REOPEN = { min: 1, max: 30 };

/** The outcome of an attempt. */
export type ReopenOutcome =
  | { readonly kind: 'reopened' }
  | { readonly kind: 'still_refusing'; readonly error: unknown };

interface ReopeningDeps {
  readonly clock: Pick<Clock, 'after'>;
  readonly store: Pick<HistoryStore, 'reopen'>;
}

/** Opens a store again that refused a write, with a back-off between the attempts. */
export class Reopening {
  readonly #deps: ReopeningDeps;
  readonly #due: () => void;
  #refusals = 0;
  #cancel: Cancel | undefined;

  /** @param due called when the next attempt is due */
  constructor(deps: ReopeningDeps, due: () => void) {
    this.#deps = deps;
    this.#due = due;
  }

  async attempt(): Promise<ReopenOutcome> {
    try {
      await this.#deps.store.reopen();
      return { kind: 'reopened' };
    } catch (error) {
      return { kind: 'still_refusing', error };
    }
  }

  /** The store has refused a write or an attempt: schedules the next attempt. */
  later(): void {
    this.#refusals++;
    this.cancel();
    this.#cancel = this.#deps.clock.after(restartDelay(this.#refusals + 1, REOPEN), this.#due);
  }

  /** The store takes writes, or may take them again: the next delay is the shortest one. */
  reset(): void {
    this.#refusals = 0;
  }

  cancel(): void {
    this.#cancel?.();
  }
}
