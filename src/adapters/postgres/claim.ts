import { moment, type Moment } from '../../domain/time.js';
import type { Ownership } from '../../ports/ownership.js';
import { DaemonRow, type DaemonRowOptions } from './daemon-row.js';

/** Releases something. */
export type Release = () => Promise<void>;

/** What a store takes before it is opened, and drops after it is closed. */
export interface StoreClaim {
  take(): Promise<void>;
  drop(): Promise<void>;
}

/** The claim of this process to a database. All partitions of the process share it. */
export class Claim implements Ownership, StoreClaim {
  readonly #options: DaemonRowOptions;
  readonly #lock: () => Promise<Release>;
  #holders = 0;
  #taken: Promise<{ readonly row: DaemonRow; readonly unlock: Release }> | undefined;
  #row: DaemonRow | undefined;

  /** @param lock keeps a second process of this machine out at once */
  constructor(options: DaemonRowOptions, lock: () => Promise<Release> = () => Promise.resolve(unlocked)) {
    this.#options = options;
    this.#lock = lock;
  }

  /** Until the daemon has started, nobody asks. */
  get validUntil(): Moment {
    return this.#row?.validUntil ?? moment(-Infinity);
  }

  /** Resolves once the database is this process's. Call `drop` after it, also if it rejects. */
  async take(): Promise<void> {
    this.#holders++;
    this.#taken ??= this.#take();
    this.#row = (await this.#taken).row;
  }

  async #take(): Promise<{ readonly row: DaemonRow; readonly unlock: Release }> {
    const unlock = await this.#lock();
    try {
      return { row: await DaemonRow.claim(this.#options), unlock };
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** The last holder lets the next daemon in. */
  async drop(): Promise<void> {
    this.#holders--;
    if (this.#holders > 0) return;
    const taken = await this.#taken?.catch(() => undefined);
    this.#taken = undefined;
    await taken?.row.release();
    await taken?.unlock();
  }
}

function unlocked(): Promise<void> {
  return Promise.resolve();
}
