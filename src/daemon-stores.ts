import { EtcdCoordination } from './adapters/etcd/etcd-coordination.js';
import { LeasedOwnership } from './adapters/ownership/leased-ownership.js';
import { storesAt, storesOfCluster } from './adapters/stores.js';
import type { StoreLocation } from './adapters/store-location.js';
import type { AppPorts } from './app/ports.js';
import type { ConfiguredCluster } from './config/cluster.js';
import type { Effective } from './config/load-config.js';
import { allPartitions } from './domain/shard.js';
import type { HeartbeatError } from './errors.js';
import type { Clock } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { NameInUse, PartitionHost } from './ports/ownership.js';

interface StoreTools {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly acceptDataLoss: boolean;
  /** What runs on the stores. */
  readonly app: () => PartitionHost & { storeReached(): void };
  /** Another daemon has taken the database over: this one must end. */
  readonly lost: (error: HeartbeatError) => void;
  /** Another daemon of the cluster has taken the name: likewise. */
  readonly refused: (error: NameInUse) => void;
}

/** Where a daemon keeps histories, and who says that they are its own. Nothing is opened or asked yet. */
export function daemonStores(
  { store, cluster, config: { partitions, data_dir: lockIn } }: Effective,
  tools: StoreTools,
): Pick<AppPorts, 'storeOf' | 'ownership' | 'cluster'> {
  if (cluster !== undefined && store.kind === 'postgres')
    return clusterStores(cluster, store, partitions, tools);
  const { app, clock, logger, acceptDataLoss, lost } = tools;
  const reached = (): void => {
    app().storeReached();
  };
  return storesAt(store, partitions, { clock, logger, acceptDataLoss, lockIn, lost, reached });
}

/** etcd says what the daemon owns, and PostgreSQL keeps it. */
function clusterStores(
  { name, advertise, etcd }: ConfiguredCluster,
  store: Extract<StoreLocation, { kind: 'postgres' }>,
  partitions: number,
  { clock, logger, acceptDataLoss, app, refused }: StoreTools,
): Pick<AppPorts, 'storeOf' | 'ownership' | 'cluster'> {
  const ownership = new LeasedOwnership({
    name,
    advertise,
    partitions: allPartitions(partitions),
    host: {
      takeOver: (partition, epoch) => app().takeOver(partition, epoch),
      handOver: (partition) => app().handOver(partition),
      lost: (partition) => {
        app().lost(partition);
      },
    },
    coordination: new EtcdCoordination({ ...etcd, clock }),
    clock,
    logger,
    refused,
  });
  const lost = (partition: string): void => {
    ownership.giveUp(partition);
  };
  const stores = storesOfCluster(store, partitions, { clock, logger, acceptDataLoss }, lost);
  const cluster = { name, ownership, partitionSet: () => stores.partitionSet() };
  return { storeOf: stores.storeOf, ownership, cluster };
}
