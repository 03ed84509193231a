import type { HeartbeatError } from '../../errors.js';
import type { StoreTrouble } from '../../ports/history-store.js';
import type { Logger } from '../../ports/logger.js';
import type { StoreObserver } from '../../ports/ordered-store.js';
import { nameOfRecord } from './record-name.js';
import { DamagedRecord, isCorrupt, readError } from './store-errors.js';

/** The most log lines about damage: the same record is read again and again. */
const LINES = 10;

/** The problems found in the store since the daemon started, and whether it takes writes. */
export class StoreHealth implements StoreObserver {
  readonly #logger: Pick<Logger, 'error' | 'info'> | undefined;
  #damage: StoreTrouble | undefined;
  #missing: StoreTrouble | undefined;
  #refusal: HeartbeatError | undefined;
  /** How often damage was found. */
  damages = 0;
  /** A refused write may be on disk, so what is written again is looked up first. */
  isInDoubt = false;

  constructor(logger: Pick<Logger, 'error' | 'info'> | undefined) {
    this.#logger = logger;
  }

  get trouble(): StoreTrouble | undefined {
    return this.#missing ?? this.#damage;
  }

  get isDamaged(): boolean {
    return this.#damage !== undefined;
  }

  /**
   * Why a write was refused; none is tried after that until the store is opened again. LevelDB would write on, behind
   * the half record that the refused write may have left in its log, and the next start would not find those records.
   */
  get refusal(): HeartbeatError | undefined {
    return this.#refusal;
  }

  /** The store is opened again: writes are tried. */
  opening(): void {
    this.#refusal = undefined;
  }

  refused(error: HeartbeatError): void {
    this.isInDoubt = true;
    if (this.#refusal !== undefined) return;
    this.#refusal = error;
    if (isCorrupt(error)) this.damaged(error);
  }

  /** Only a start finds out that it was repaired. */
  damaged(error: HeartbeatError): void {
    this.damages++;
    this.#damage ??= { kind: 'damaged', message: error.message };
    if (this.damages <= LINES) this.#logger?.error('the database is damaged', { ...recordOf(error), error });
  }

  missing(error: HeartbeatError | undefined): void {
    const before = this.#missing;
    this.#missing = error === undefined ? undefined : { kind: 'missing', message: error.message };
    if (error === undefined) {
      if (before !== undefined) this.#logger?.info('the database is back', {});
      return;
    }
    this.#refusal ??= error;
    if (before === undefined) this.#logger?.error('the database is gone', { reason: error.message });
  }

  /** @returns the error for the reader */
  failed(error: unknown): HeartbeatError {
    const failure = readError(error);
    if (isCorrupt(failure)) this.damaged(failure);
    return failure;
  }
}

/** What a person looks for, and its key as SQL writes it. */
function recordOf(error: HeartbeatError): { readonly record?: string; readonly key?: string } {
  if (!(error instanceof DamagedRecord) || error.key === undefined) return {};
  return { record: nameOfRecord(error.key), key: `\\x${error.key.toString('hex')}` };
}
