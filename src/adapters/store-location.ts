import type { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Logger } from '../ports/logger.js';
import { levelStores } from './level/level-history-store.js';
import { isPostgresUrl, parsePostgresUrl, type PostgresAddress } from './postgres/postgres-url.js';
import { postgresStores } from './postgres/postgres-history-store.js';

/** Where histories are stored: below a data directory, or in a database. */
export type StoreLocation =
  | { readonly kind: 'leveldb'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly address: PostgresAddress };

export interface StoreDeps {
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  /** Open a damaged store, without what cannot be read. */
  readonly acceptDataLoss?: boolean | undefined;
  /** Another daemon has taken the store over: this process writes no more. */
  readonly lost?: ((error: HeartbeatError) => void) | undefined;
}

/**
 * Reads the URL of a database, or the path of a data directory.
 *
 * @throws InvalidPostgresUrl
 */
export function parseStoreLocation(text: string): StoreLocation {
  return isPostgresUrl(text)
    ? { kind: 'postgres', address: parsePostgresUrl(text) }
    : { kind: 'leveldb', directory: text };
}

/** The histories of one location. None is open yet. */
export interface Stores {
  /** The history of a partition; of the only one if it has no id. */
  readonly storeOf: (partition: string | undefined) => HistoryStore;
}

/** @param partitions into how many partitions the users are divided */
export function storesAt(location: StoreLocation, partitions: number, deps: StoreDeps): Stores {
  const storeOf =
    location.kind === 'postgres'
      ? postgresStores(location.address, partitions, deps)
      : levelStores(location.directory, partitions, deps);
  return { storeOf };
}
