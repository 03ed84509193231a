import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { temporaryDirectory } from './temporary-directory.js';
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
