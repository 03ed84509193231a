import { randomUUID } from 'node:crypto';
import type { HistoryStore } from '../../ports/history-store.js';
import { withFields } from '../../ports/logger.js';
import type { Ownership } from '../../ports/ownership.js';
import { OrderedHistoryStore, type HistoryStoreOptions } from '../history/ordered-history-store.js';
import { Claim, type Release } from './claim.js';
import { ClusterClaim } from './cluster-claim.js';
import type { DaemonRowOptions } from './daemon-row.js';
import { partitionName } from './partitions.js';
import { PostgresEngine, type PostgresOptions } from './postgres-engine.js';
import type { PostgresAddress } from './postgres-url.js';

/** A statement has 2 s. This takes some 20 ms, so that others come in between. */
const ERASED_AT_ONCE = 1_000;

/** History in PostgreSQL. */
export class PostgresHistoryStore extends OrderedHistoryStore {
  constructor(postgres: PostgresOptions, options: HistoryStoreOptions = {}) {
    super(new PostgresEngine(postgres), { erasedAtOnce: ERASED_AT_ONCE, ...options });
  }
}

/** The row of a daemon. */
const DAEMON = 'daemon';

/** The histories in a database. */
export interface PostgresStores {
  /** The history of a partition; of the only one if it has no id. */
  readonly storeOf: (partition: string | undefined) => HistoryStore;
  readonly ownership: Ownership;
}

type PostgresStoresOptions = Omit<PostgresOptions, 'address' | 'partition' | 'isOfSet' | 'claim'> &
  HistoryStoreOptions &
  Pick<DaemonRowOptions, 'reached'>;

/** @param lock keeps a second process of this machine out at once */
export function postgresStores(
  address: PostgresAddress,
  partitions: number,
  options: PostgresStoresOptions,
  lock?: () => Promise<Release>,
): PostgresStores {
  const { clock, logger, lost = () => undefined, reached } = options;
  const row = { address, partition: DAEMON, incarnation: randomUUID(), clock, logger, lost, reached };
  const claim = new Claim(row, lock);
  return { storeOf: (id) => storeOf(address, partitions, id, { ...options, claim }), ownership: claim };
}

/**
 * The histories of a cluster, of which others say who owns them.
 *
 * @param lost another process has opened a partition since this one did
 */
export function clusterStores(
  address: PostgresAddress,
  partitions: number,
  options: Omit<PostgresStoresOptions, 'lost' | 'reached'>,
  lost: (partition: string) => void,
): PostgresStores['storeOf'] {
  const claim = new ClusterClaim({ address, partition: DAEMON, clock: options.clock });
  return (id) => storeOf(address, partitions, id, { ...options, claim, lost: () => lost(String(id)) });
}

function storeOf(
  address: PostgresAddress,
  partitions: number,
  id: string | undefined,
  options: Omit<PostgresOptions, 'address' | 'partition' | 'isOfSet'> & HistoryStoreOptions,
): HistoryStore {
  const { logger } = options;
  const partition = partitionName(partitions, id);
  const named = id === undefined || logger === undefined ? logger : withFields(logger, { partition: id });
  const of = { ...options, logger: named };
  return new PostgresHistoryStore({ ...of, address, partition, isOfSet: true }, of);
}

/** The history of a daemon, for what works on its records. No daemon uses the database while it is open. */
export function engineOfDaemon(
  address: PostgresAddress,
  options: Pick<DaemonRowOptions, 'clock' | 'lost'>,
): PostgresEngine {
  const claim = new Claim({ ...options, address, partition: DAEMON, incarnation: randomUUID() });
  return new PostgresEngine({
    ...options,
    address,
    partition: partitionName(1, undefined),
    isOfSet: true,
    claim,
  });
}
