import { existsSync } from 'node:fs';
import path from 'node:path';
import type { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Logger } from '../ports/logger.js';
import type { Ownership } from '../ports/ownership.js';
import { ALWAYS_OWNED } from './ownership/always-owned.js';
import { lockDirectory } from './level/directory-lock.js';
import { levelStores } from './level/level-history-store.js';
import { HISTORY } from './level/partitions.js';
import { loadDriver } from './postgres/driver.js';
import { partitionSet } from './postgres/partition-set.js';
import { clusterStores, postgresStores } from './postgres/postgres-history-store.js';
import { postgresOpenError } from './postgres/postgres-errors.js';
import { shownUrl, type PostgresAddress } from './postgres/postgres-url.js';
import { Primary } from './postgres/primary.js';
import { initSchema } from './postgres/schema.js';
import type { StoreLocation } from './store-location.js';

export interface StoreDeps {
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  /** Open a damaged store, without what cannot be read. */
  readonly acceptDataLoss?: boolean | undefined;
  /** Another daemon has taken the store over: this process writes no more. */
  readonly lost?: ((error: HeartbeatError) => void) | undefined;
  /** A database answers again: what it refused may be tried at once. */
  readonly reached?: (() => void) | undefined;
  /** A directory that a second process on this machine has as well, to lock for a database. */
  readonly lockIn?: string | undefined;
}

/** The histories of one location. None is open yet. */
export interface Stores {
  /** The history of a partition; of the only one if it has no id. */
  readonly storeOf: (partition: string | undefined) => HistoryStore;
  readonly ownership: Ownership;
}

/** @returns what keeps the daemon from using a location, if anything is known before it is opened */
export async function problemOf({ kind }: StoreLocation): Promise<string | undefined> {
  if (kind === 'leveldb') return undefined;
  return loadDriver().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/**
 * Creates the tables of a database, if they are not there yet.
 *
 * @returns whether it created them
 * @throws HeartbeatError
 */
export async function initStore(address: PostgresAddress): Promise<boolean> {
  const place = shownUrl(address);
  try {
    const primary = await Primary.connect(address);
    try {
      return await initSchema(primary, place);
    } finally {
      await primary.end();
    }
  } catch (error) {
    throw postgresOpenError(place, error);
  }
}

/** @param partitions into how many partitions the users are divided */
export function storesAt(location: StoreLocation, partitions: number, deps: StoreDeps): Stores {
  if (location.kind === 'leveldb')
    return { storeOf: levelStores(location.directory, partitions, deps), ownership: ALWAYS_OWNED };
  const { lockIn, clock, logger } = deps;
  if (lockIn !== undefined && existsSync(path.join(lockIn, HISTORY)))
    logger?.warn('data_dir has a history that is not used: to move it, heartbeat store copy', {
      data_dir: lockIn,
    });
  const lock = lockIn === undefined ? undefined : () => lockDirectory(lockIn, clock);
  return postgresStores(location.address, partitions, deps, lock);
}

/**
 * The histories of a cluster. None is open yet.
 *
 * @param partitions into how many partitions the users are divided
 * @param lost another process has opened a partition since this one did
 */
export function storesOfCluster(
  { address }: Extract<StoreLocation, { kind: 'postgres' }>,
  partitions: number,
  deps: Pick<StoreDeps, 'clock' | 'logger' | 'acceptDataLoss'>,
  lost: (partition: string) => void,
): Pick<Stores, 'storeOf'> & { partitionSet(): Promise<string> } {
  return {
    storeOf: clusterStores(address, partitions, deps, lost),
    partitionSet: () => partitionSet(address, partitions, deps.clock),
  };
}
