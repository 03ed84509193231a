import type { StoreTrouble } from '../../ports/history-store.js';
import type { Logger } from '../../ports/logger.js';
import { isCorrupt, readError } from './store-errors.js';

/** The most log lines about damage: the same record is read again and again. */
const LINES = 10;

/** The problems found in the store since the daemon started. */
export class StoreHealth {
  readonly #logger: Pick<Logger, 'error' | 'info'> | undefined;
  #damage: StoreTrouble | undefined;
  #missing: StoreTrouble | undefined;
  /** How often damage was found. */
  damages = 0;

  constructor(logger: Pick<Logger, 'error' | 'info'> | undefined) {
    this.#logger = logger;
  }

  get trouble(): StoreTrouble | undefined {
    return this.#missing ?? this.#damage;
  }

  get isDamaged(): boolean {
    return this.#damage !== undefined;
  }

  /** Only a start finds out that it was repaired. */
  damaged(error: Error): void {
    this.damages++;
    this.#damage ??= { kind: 'damaged', message: error.message };
    if (this.damages <= LINES) this.#logger?.error('the database is damaged', { error });
  }

  missing(message: string | undefined): void {
    const before = this.#missing;
    this.#missing = message === undefined ? undefined : { kind: 'missing', message };
    if (message !== undefined && before === undefined)
      this.#logger?.error('the database is gone', { reason: message });
    if (message === undefined && before !== undefined) this.#logger?.info('the database is back', {});
  }

  /** @returns the error for the reader */
  failed(error: unknown): Error {
    const told = readError(error);
    if (isCorrupt(told)) this.damaged(told);
    return told;
  }
}
