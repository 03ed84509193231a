import type { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Logger } from '../ports/logger.js';
import { levelStores } from './level/level-history-store.js';
import { loadDriver } from './postgres/driver.js';
import { postgresStores } from './postgres/postgres-history-store.js';
import type { StoreLocation } from './store-location.js';

export interface StoreDeps {
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  /** Open a damaged store, without what cannot be read. */
  readonly acceptDataLoss?: boolean | undefined;
  /** Another daemon has taken the store over: this process writes no more. */
  readonly lost?: ((error: HeartbeatError) => void) | undefined;
}

/** The histories of one location. None is open yet. */
export interface Stores {
  /** The history of a partition; of the only one if it has no id. */
  readonly storeOf: (partition: string | undefined) => HistoryStore;
}

/** @returns what keeps the daemon from using a location, if anything is known before it is opened */
export async function problemOf({ kind }: StoreLocation): Promise<string | undefined> {
  if (kind === 'leveldb') return undefined;
  return loadDriver().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** @param partitions into how many partitions the users are divided */
export function storesAt(location: StoreLocation, partitions: number, deps: StoreDeps): Stores {
  const storeOf =
    location.kind === 'postgres'
      ? postgresStores(location.address, partitions, deps)
      : levelStores(location.directory, partitions, deps);
  return { storeOf };
}
