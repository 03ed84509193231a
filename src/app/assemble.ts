import { CommitMeter } from '../../actors/history/commit-meter.js';
import { NodeCounts } from '../../actors/node/node-counts.js';
import { ProbeCounts } from '../../actors/probes/probe-counts.js';
import { ConfiguredChannels } from '../../actors/notifier/channel/configured-channels.js';
import { UserEventChannels } from '../../actors/notifier/user-events/user-event-channels.js';
import { changeFeed, listen } from '../../actors/shards/change-feed.js';
import { Admission } from '../../actors/user/admission.js';
import { UserCounts } from '../../actors/user/user-counts.js';
import { PartitionedUsers, type Users } from '../../actors/user/partitioned-users.js';
import { CronCalendar } from '../calendar/cron-calendar.js';
import type { Config } from '../config/schema.js';
import { partitionOf, partitionOfUsers, shardOf, WATCH } from '../domain/shard.js';
import { toMillis } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';
import { withFields } from '../ports/logger.js';
import { ActorSystem } from '../runtime/actor-system.js';
import type { Changes } from './events/hub.js';
import { readingTurns } from './long-reads.js';
import { OnlineIds } from './online-ids.js';
import { MemoryGuard } from './memory-guard.js';
import { Partition } from './partition.js';
import { PartitionRun } from './partition-run.js';
import { patienceOf, userEventsDeps } from './options.js';
import type { AppPorts } from './ports.js';
import { statusOnly } from './presence-change.js';
import type { Shared } from './shared.js';
import type { SignInRules } from '../../actors/records/sign-ins.js';
import { sumOf } from './sum.js';
import type { Room } from './startup-memory.js';
import { createWatch } from './watch.js';

/** What the partitions are, and what they make up together. */
interface Division {
  readonly partitions: readonly Partition[];
  /** The partition that watches the nodes. */
  readonly home: Partition;
  readonly users: Users;
  /** Keeps the sessions of a user. */
  readonly partitionOf: (user: UserId) => Partition;
}

/** All actors. */
export interface Actors extends Division {
  readonly system: ActorSystem;
  readonly counts: UserCounts;
  readonly nodeCounts: NodeCounts;
  readonly probeCounts: ProbeCounts;
  readonly channels: ConfiguredChannels;
  /** The channels that send events of users. */
  readonly userEvents: UserEventChannels;
  readonly meter: CommitMeter;
  readonly admission: Admission;
  readonly memory: MemoryGuard;
  readonly online: OnlineIds;
  readonly changes: Changes;
  /** The limits in force. They may change while the daemon runs. */
  readonly limits: Config['limits'];
  /** The maintenance windows in force; likewise. */
  readonly maintenance: Shared['maintenance'];
  /** The limits of probes in force; likewise. */
  readonly probeLimits: Shared['probeLimits'];
  readonly signInRules: SignInRules;
}

/**
 * Makes all actors and connects them. Nothing runs yet.
 *
 * @param hearing of the watchdog
 */
export function assemble(config: Config, ports: AppPorts, hearing: Shared['hearing']): Actors {
  const { clock, logger } = ports;
  const limits = { ...config.limits };
  const maintenance = { windows: ports.maintenance ?? [] };
  const probeLimits = { inForce: ports.probeLimits ?? config.probes };
  const signInRules: SignInRules = { keeps: () => true, ended: () => undefined };
  const admission = new Admission(clock);
  const shared: Shared = {
    config,
    ports,
    system: new ActorSystem(clock, logger),
    clock,
    logger,
    limits,
    maintenance,
    probeLimits,
    signInRules,
    memory: new MemoryGuard({
      memory: ports.memory,
      clock,
      logger,
      share: () => limits.memory,
      users: () => sumOf(division.partitions, ({ run }) => run?.users.size ?? 0),
      nodes: () => division.home.run?.watch?.nodes.size ?? 0,
    }),
    counts: new UserCounts(),
    nodeCounts: new NodeCounts(),
    probeCounts: new ProbeCounts(),
    calendar: new CronCalendar(),
    channels: new ConfiguredChannels(ports.channels ?? [], { clock, logger, patience: patienceOf(config) }),
    meter: new CommitMeter(toMillis(config.history.slow_commit), logger),
    online: new OnlineIds(config.user_ids, () => division.partitions, clock),
    changes: { users: changeFeed(), nodes: changeFeed(), alerts: changeFeed() },
    turns: readingTurns(),
    hearing,
    hasRoom: () => division.users.size < limits.users && admission.admits(),
    pending: () => sumOf(division.partitions, ({ run }) => run?.history.pending ?? 0),
  };
  const division: Division = config.partitions === 1 ? undivided(shared) : divided(shared);
  const { system, counts, nodeCounts, probeCounts, channels, meter, memory, online, changes } = shared;
  if (ports.presence !== undefined)
    listen(
      changes.users,
      statusOnly(ports.presence, () => clock.wall()),
    );
  const userEvents = new UserEventChannels(channels.all, userEventsDeps(config, { system, clock, logger }));
  const parts = {
    system,
    counts,
    nodeCounts,
    probeCounts,
    channels,
    userEvents,
    meter,
    memory,
    online,
    changes,
  };
  return { ...division, ...parts, admission, limits, maintenance, probeLimits, signInRules };
}

/** One partition with everything, in the data directory itself. */
function undivided(shared: Shared): Division {
  const run = watching(shared, undefined, shared.config.shards)(() => shared.memory.startRoom);
  const only = new Partition(WATCH, () => run, shared);
  return { partitions: [only], home: only, users: run.users, partitionOf: () => only };
}

/** Several partitions of users, and one of the nodes. */
function divided(shared: Shared): Division {
  const { config, ports } = shared;
  const ofUsers = Array.from({ length: config.partitions }, (_, index) => {
    const id = partitionOfUsers(index);
    const slice = () => ({ id, store: ports.storeOf(id), shards: config.shards });
    const newRun = (room: Room) => new PartitionRun(slice(), named(shared, id), room, undefined);
    return new Partition(id, newRun, shared);
  });
  const home = new Partition(WATCH, watching(named(shared, WATCH), WATCH, 0), shared);
  const users = new PartitionedUsers(ofUsers, config.shards);
  return {
    partitions: [...ofUsers, home],
    home,
    users,
    partitionOf: (user) => ofUsers[partitionOf(shardOf(user, users.count), ofUsers.length)] ?? home,
  };
}

/**
 * Makes runs of the partition that watches the nodes.
 *
 * @param id of its store
 * @param shards of users in it
 */
function watching(shared: Shared, id: string | undefined, shards: number): (room: Room) => PartitionRun {
  return (room) => {
    const store = shared.ports.storeOf(id);
    const watch = createWatch(shared, { outbox: store, store, history: () => run.history, room });
    const run: PartitionRun = new PartitionRun({ id: WATCH, store, shards }, shared, room, watch);
    return run;
  };
}

/** What it logs names the partition. */
function named(shared: Shared, id: string): Shared {
  return { ...shared, logger: withFields(shared.logger, { partition: id }) };
}
