import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';
import type { StoredData } from './with-store.js';

type Options = ConstructorParameters<typeof LevelHistoryStore>[1];

/** History in LevelDB, in a temporary directory. */
export interface LevelData extends StoredData<LevelHistoryStore, Options> {
  readonly path: string;
}

/** @param options for the first store, and for later ones that are opened without options */
export async function levelData(options?: Options): Promise<LevelData> {
  const directory = await temporaryDirectory();
  let current = new LevelHistoryStore(directory.path, options);
  await current.open();
  return {
    path: directory.path,
    store: current,
    reopen: async (changed = options) => {
      await current.close();
      current = new LevelHistoryStore(directory.path, changed);
      await current.open();
      return current;
    },
    dispose: async () => {
      await current.close();
      await directory.remove();
    },
  };
}

/** An unopened store in a temporary directory. A test may replace it. */
class UnopenedStore {
  #directory: TemporaryDirectory | undefined;
  #store: LevelHistoryStore | undefined;

  get path(): string {
    if (this.#directory === undefined) throw new TypeError('no directory has been made');
    return this.#directory.path;
  }

  get store(): LevelHistoryStore {
    return (this.#store ??= new LevelHistoryStore(this.path));
  }

  set store(store: LevelHistoryStore) {
    this.#store = store;
  }

  async make(): Promise<void> {
    this.#directory = await temporaryDirectory();
    this.#store = undefined;
  }

  async makeAnew(): Promise<void> {
    await this.dispose();
    await this.make();
  }

  async dispose(): Promise<void> {
    await this.store.close();
    await this.#directory?.remove();
  }
}

/** Gives each test of the suite a directory of its own, and an unopened store in it. */
export function withUnopenedStore(): UnopenedStore {
  const data = new UnopenedStore();
  beforeEach(() => data.make());
  afterEach(() => data.dispose());
  return data;
}
