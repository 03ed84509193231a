import type { HistoryStore } from '../../ports/history-store.js';
import { OrderedHistoryStore, type HistoryStoreOptions } from '../history/ordered-history-store.js';
import { PostgresEngine, type PostgresOptions } from './postgres-engine.js';
import type { PostgresAddress } from './postgres-url.js';

/** History in PostgreSQL. */
export class PostgresHistoryStore extends OrderedHistoryStore {
  constructor(postgres: PostgresOptions, options: HistoryStoreOptions = {}) {
    super(new PostgresEngine(postgres), options);
  }
}

/** The only partition of a daemon. */
const ALL = 'all';

/** The history of each partition in a database; of the only one if it has no id. */
export function postgresStores(
  address: PostgresAddress,
  partitions: number,
  options: Omit<PostgresOptions, 'address' | 'partition'> & HistoryStoreOptions,
): (partition: string | undefined) => HistoryStore {
  return (id) => {
    const partition = id === undefined ? ALL : `${String(partitions)}/${id}`;
    return new PostgresHistoryStore({ ...options, address, partition }, options);
  };
}
