import { statfs } from 'node:fs/promises';
import type { HeartbeatError } from '../../errors.js';
import type { OrderedStore, StoreEngine, StoreObserver, StorePlace } from '../../ports/ordered-store.js';
import { salvage } from '../history/salvage.js';
import { checkDiskSpace } from './disk-space.js';
import { bytesIn } from './file-sizes.js';
import { levelReadError, levelWriteError, openError, placeOf } from './level-errors.js';
import { LevelStore } from './level-store.js';
import { openFiles, type OpeningOptions } from './opening.js';
import { mergeAll } from './scrubber.js';

/** LevelDB in a directory. */
export class LevelEngine implements StoreEngine {
  readonly place: StorePlace;
  readonly #directory: string;
  readonly #options: OpeningOptions;

  constructor(directory: string, options: OpeningOptions) {
    this.place = placeOf(directory);
    this.#directory = directory;
    this.#options = options;
  }

  async open(mayBegin: boolean, observer: StoreObserver): Promise<OrderedStore> {
    const files = await openFiles(this.#directory, this.#options, mayBegin);
    const { db, isMended } = files;
    try {
      const store = new LevelStore(
        this.#directory,
        files,
        await LevelStore.identity(this.#directory),
        observer,
      );
      const { acceptDataLoss, logger } = this.#options;
      if (mayBegin && acceptDataLoss === true) await salvage(store, this.place, logger);
      if (isMended) await mergeAll(db);
      return store;
    } catch (error) {
      await db.close();
      throw this.openError(error);
    }
  }

  /** A closed database has no owner. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  proveReopenable(): Promise<void> {
    return checkDiskSpace(this.#directory);
  }

  async size(): Promise<number> {
    try {
      return await bytesIn(this.#directory, () => true);
    } catch (error) {
      throw levelReadError(error);
    }
  }

  async free(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(this.#directory);
      return bavail * bsize;
    } catch (error) {
      throw levelReadError(error);
    }
  }

  openError(cause: unknown): HeartbeatError {
    return openError(this.#directory, cause);
  }

  writeError(cause: unknown): HeartbeatError {
    return levelWriteError(cause);
  }
}
