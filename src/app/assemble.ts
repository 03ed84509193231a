import { CommitMeter } from '../../actors/history/commit-meter.js';
import { Admission } from '../../actors/user/admission.js';
import { UserCounts } from '../../actors/user/user-counts.js';
import { PartitionedUsers, type Users } from '../../actors/user/partitioned-users.js';
import type { Config } from '../config/schema.js';
import { withFields } from '../ports/logger.js';
import { partitionOf, shardOf } from '../domain/shard.js';
import { toMillis } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';
import { ActorSystem } from '../runtime/actor-system.js';
import { readingTurns } from './long-reads.js';
import { MemoryGuard } from './memory-guard.js';
import { Partition } from './partition.js';
import type { AppPorts } from './ports.js';
import { PresenceWatch } from './presence-watch.js';
import type { Shared } from './shared.js';
import { sumOf } from './sum.js';
import { createWatch, type Watch } from './watch.js';

/** The partition of the nodes, and of the users if there is no other. */
const WATCH = 'watch';

/** All actors. */
export interface Actors {
  readonly system: ActorSystem;
  readonly partitions: readonly Partition[];
  /** The partition that watches the nodes. */
  readonly home: Partition;
  readonly watch: Watch;
  readonly users: Users;
  /** Keeps the sessions of a user. */
  readonly partitionOf: (user: UserId) => Partition;
  readonly counts: UserCounts;
  readonly meter: CommitMeter;
  readonly admission: Admission;
  readonly memory: MemoryGuard;
  /** The limits in force. They may change while the daemon runs. */
  readonly limits: Config['limits'];
}

/** Makes all actors and connects them. Nothing runs yet. */
export function assemble(config: Config, ports: AppPorts): Actors {
  const { clock, logger } = ports;
  const system = new ActorSystem(clock, logger);
  const limits = { ...config.limits };
  const counts = new UserCounts();
  const meter = new CommitMeter(toMillis(config.history.slow_commit), logger);
  const admission = new Admission(clock);
  const memory = new MemoryGuard({
    memory: ports.memory,
    clock,
    logger,
    share: () => limits.memory,
    users: () => users.size,
    nodes: () => watch.nodes.size,
  });
  const shared: Shared = {
    config,
    ports,
    system,
    clock,
    logger,
    limits,
    memory,
    counts,
    meter,
    presence: ports.presence && new PresenceWatch(ports.presence, () => clock.wall()),
    turns: readingTurns(),
    hasRoom: () => users.size < limits.users && admission.admits(),
    pending: () => sumOf(partitions, ({ history }) => history.pending),
  };
  // The only partition holds everything, in the data directory itself.
  const isOnly = config.partitions === 1;
  const sharedBy = (id: string): Shared =>
    isOnly ? shared : { ...shared, logger: withFields(logger, { partition: id }) };
  const divided = Array.from({ length: isOnly ? 0 : config.partitions }, (_, index) => {
    const id = `users-${String(index)}`;
    return new Partition({ id, store: ports.storeOf(id), shards: config.shards }, sharedBy(id), undefined);
  });
  const store = ports.storeOf(isOnly ? undefined : WATCH);
  const watch = createWatch(sharedBy(WATCH), store, () => home.history);
  const home: Partition = new Partition(
    { id: WATCH, store, shards: isOnly ? config.shards : 0 },
    sharedBy(WATCH),
    watch,
  );
  const partitions = [...divided, home];
  const users = isOnly ? home.users : new PartitionedUsers(divided.map((partition) => partition.users));
  return {
    system,
    partitions,
    home,
    watch,
    users,
    partitionOf: (user) => divided[partitionOf(shardOf(user, users.count), divided.length)] ?? home,
    counts,
    meter,
    admission,
    memory,
    limits,
  };
}
