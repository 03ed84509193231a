import path from 'node:path';
import { OrderedHistoryStore } from '../history/ordered-history-store.js';
import { LevelEngine } from './level-engine.js';
import type { OpeningOptions } from './opening.js';

/** History in LevelDB, in `<data_dir>/history`. */
export class LevelHistoryStore extends OrderedHistoryStore {
  constructor(dataDirectory: string, options: OpeningOptions = {}) {
    super(new LevelEngine(path.join(dataDirectory, 'history'), options), options);
  }
}
