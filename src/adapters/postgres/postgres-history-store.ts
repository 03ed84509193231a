import { OrderedHistoryStore, type HistoryStoreOptions } from '../history/ordered-history-store.js';
import { PostgresEngine, type PostgresOptions } from './postgres-engine.js';

/** History in PostgreSQL. */
export class PostgresHistoryStore extends OrderedHistoryStore {
  constructor(postgres: PostgresOptions, options: HistoryStoreOptions = {}) {
    super(new PostgresEngine(postgres), options);
  }
}
