import { CommitMeter } from '../../actors/history/commit-meter.js';
import { Admission } from '../../actors/user/admission.js';
import { UserCounts } from '../../actors/user/user-counts.js';
import type { LocalUserShards } from '../../actors/user/user-shards.js';
import type { Config } from '../config/schema.js';
import { toMillis } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';
import { ActorSystem } from '../runtime/actor-system.js';
import { MemoryGuard } from './memory-guard.js';
import { Partition } from './partition.js';
import type { AppPorts } from './ports.js';
import { PresenceWatch } from './presence-watch.js';
import type { Shared } from './shared.js';
import { createWatch, type Watch } from './watch.js';

/** All actors. */
export interface Actors {
  readonly system: ActorSystem;
  readonly partitions: readonly Partition[];
  /** The partition that watches the nodes. */
  readonly home: Partition;
  readonly watch: Watch;
  readonly users: LocalUserShards;
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
  const { clock, logger, store } = ports;
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
    hasRoom: () => users.size < limits.users && admission.admits(),
  };
  const watch = createWatch(shared, store, () => home.history);
  const home: Partition = new Partition('all', store, shared, watch);
  const { users } = home;
  return {
    system,
    partitions: [home],
    home,
    watch,
    users,
    partitionOf: () => home,
    counts,
    meter,
    admission,
    memory,
    limits,
  };
}
