import path from 'node:path';
import type { Entry, KeyRange, OrderedStore, Reading, StoreObserver } from '../../ports/ordered-store.js';
import { EVERYTHING } from '../history/format.js';
import { LevelBatch, type Database } from './database.js';
import { identityOf } from './directory.js';
import type { StartMark } from './files/start-mark.js';
import { TableCheck, tablesIn } from './files/table-files.js';
import { damagedFiles, levelReadError, levelWriteError, missingError } from './level-errors.js';
import type { OpenedFiles } from './opening.js';
import { Scrubber } from './scrubber.js';

/** The property that lists the tables of the current version. */
const TABLES = 'leveldb.sstables';
/** A chunk ends before this many bytes: longer ones would hold up the event loop. */
const CHUNK_BYTES = 256 * 1024;
/** Entries of a snapshot read at a time: other work of the event loop comes between two of them. */
const SNAPSHOT_PORTION = 500;

/** An open LevelDB, and what is known about its files. */
export class LevelStore implements OrderedStore {
  readonly #directory: string;
  readonly #db: Database;
  readonly #mark: StartMark;
  readonly #observer: StoreObserver;
  readonly scrubbing: Scrubber;
  /** Of the file CURRENT. */
  readonly #identity: string | undefined;
  /** The check of the tables that is under way. */
  #check: TableCheck | undefined;
  /** All tables were undamaged since it was opened. */
  #isProven = false;
  #isClosed = false;

  /** @param identity of the file CURRENT */
  constructor(
    directory: string,
    { db, mark, unmergeable }: OpenedFiles,
    identity: string | undefined,
    observer: StoreObserver,
  ) {
    this.#directory = directory;
    this.#db = db;
    this.#mark = mark;
    this.#identity = identity;
    this.#observer = observer;
    this.scrubbing = new Scrubber(db, mark, {
      isMergeable: async () => unmergeable === undefined && (await this.#isSound()),
      failed: (error) => {
        observer.refused(levelWriteError(error));
      },
    });
  }

  /** @returns the identity of the database in a directory, which another one does not have */
  static identity(directory: string): Promise<string | undefined> {
    return identityOf(path.join(directory, 'CURRENT'));
  }

  async getMany(keys: Buffer[]): Promise<(Buffer | undefined)[]> {
    try {
      return await this.#db.getMany(keys);
    } catch (error) {
      throw levelReadError(error);
    }
  }

  async *entries(
    { gte, lt }: KeyRange,
    { reverse = false, limit = -1, first = 512, most = first }: Reading = {},
  ): AsyncGenerator<Entry[]> {
    const options: object = { gte, lt, reverse, limit, highWaterMarkBytes: CHUNK_BYTES };
    try {
      const iterator = this.#db.iterator<Buffer, Buffer>(options);
      try {
        for (let size = first; ; size = most) {
          const chunk = await iterator.nextv(size);
          if (chunk.length === 0) return;
          yield chunk;
        }
      } finally {
        await iterator.close();
      }
    } catch (error) {
      throw levelReadError(error);
    }
  }

  /** An iterator of LevelDB reads what was there when it was made. */
  async *snapshot(): AsyncGenerator<Entry[]> {
    const release = this.scrubbing.hold();
    try {
      yield* this.entries(EVERYTHING, { first: SNAPSHOT_PORTION });
    } finally {
      release();
    }
  }

  async sizesOf(ranges: readonly KeyRange[]): Promise<readonly number[]> {
    try {
      return await Promise.all(ranges.map(({ gte, lt }) => this.#db.approximateSize(gte, lt)));
    } catch (error) {
      throw levelReadError(error);
    }
  }

  batch(): LevelBatch {
    return new LevelBatch(this.#db);
  }

  async checkPresence(): Promise<void> {
    const found = await LevelStore.identity(this.#directory).catch(() => this.#identity);
    // A store that was opened again has another identity.
    if (this.#isClosed) return;
    // LevelDB would write on, to files that nobody can find.
    this.#observer.missing(found === this.#identity ? undefined : missingError(this.#directory));
  }

  async checkFiles(bytes: number): Promise<boolean> {
    this.#check ??= this.#newCheck();
    await this.#checkTables(this.#check, bytes);
    if (!this.#check.isOver) return false;
    this.#check = undefined;
    if (this.#observer.isDamaged) return true;
    this.#isProven = true;
    await this.#mark.proven();
    return true;
  }

  /** Whether all tables are undamaged. Later merges are checked in the background. */
  async #isSound(): Promise<boolean> {
    if (this.#observer.isDamaged) return false;
    if (!this.#isProven) await this.#checkTables(this.#newCheck(), Infinity);
    this.#isProven = !this.#observer.isDamaged;
    return this.#isProven;
  }

  #newCheck(): TableCheck {
    return new TableCheck(this.#directory, tablesIn(this.#db.getProperty(TABLES)));
  }

  async #checkTables(check: TableCheck, bytes: number): Promise<void> {
    const damage = await check.step(bytes);
    if (damage !== undefined) this.#observer.damaged(damagedFiles(`${damage.file}: ${damage.problem}`));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.scrubbing.settled();
    await this.#db.close();
    await this.#mark.end();
  }

  /** The mark stays, so that the next opening checks the tables. */
  abandon(): Promise<void> {
    return this.#db.close();
  }
}
