import type { Seconds } from '../src/domain/time.js';
import type { ChildSpec, SupervisorPolicy } from './supervisor/child-spec.js';
import type { SupervisorNode, WorkerNode } from './supervisor/build-supervisor.js';
import type { Supervisor } from './supervisor/supervisor.actor.js';

/** A child that is started under its name. */
interface Startable {
  readonly name: string;
  readonly start: ChildSpec['start'];
}

type Shard = Pick<ChildSpec, 'start'>;

/** What runs in one partition. */
export interface PartitionParts {
  readonly id: string;
  /** Called each time that all of them have started, if the partition has a supervisor of its own. */
  readonly started: () => void;
  readonly history: ChildSpec['start'];
  /** Shards of users, if it has any. */
  readonly users: readonly Shard[] | undefined;
  readonly watch: WatchParts | undefined;
}

/** What runs in the partition that watches the nodes. */
interface WatchParts {
  readonly outbox: ChildSpec['start'];
  readonly channels: ChannelParts;
  /** Shards of nodes. */
  readonly nodes: readonly Shard[];
  readonly probes: ChildSpec['start'];
}

/** The HTTP listener, which stops before all others. */
const GATEWAY = 'gateway';
/** Stops after it, so that what the last requests have changed is sent. Partitions come and go before it. */
export const USER_EVENTS = 'user-events';

/** Channels, which may come and go while the daemon runs. */
interface ChannelParts {
  all(): Iterable<Startable>;
  /** Called each time that all channels have started; `childOf` turns one into a child spec for the supervisor. */
  started(supervisor: Supervisor, childOf: (channel: Startable) => ChildSpec): void;
}

/** The parts that the tree supervises. */
export interface Parts {
  readonly partitions: readonly PartitionParts[];
  /** Channels that send events of users. */
  readonly userEvents: ChannelParts;
  readonly gateway: ChildSpec['start'];
}

/**
 * The restart intensity of each supervisor, in OTP's words: more than `intensity` restarts within `period` seconds
 * escalate to the level above.
 */
export const POLICIES = {
  /** Past this the process exits, and systemd or Kubernetes starts it again. */
  root: { strategy: 'one_for_one', intensity: 3, period: 30, backoff: { min: 0.1, max: 5 } },
  /**
   * One of several partitions is restarted as a whole by the root, which counts the restarts of all of them: so a crash
   * that comes again and again ends the process as soon as it would without partitions.
   */
  partition: { strategy: 'one_for_one', intensity: 0, period: 30, backoff: { min: 0.1, max: 5 } },
  users: { strategy: 'one_for_one', intensity: 3, period: 10, backoff: { min: 0.1, max: 1 } },
  nodes: { strategy: 'one_for_one', intensity: 3, period: 10, backoff: { min: 0.1, max: 1 } },
  /** For all users, or all nodes, of one shard together. */
  shard: { intensity: 20, period: 10 },
  history: { intensity: 3, period: 10 },
  notifier: { strategy: 'one_for_one', intensity: 3, period: 10, backoff: { min: 0.1, max: 1 } },
  outbox: { intensity: 3, period: 10 },
  /** For all channels together. A failure of a provider or a notifier is not a crash. */
  channels: { strategy: 'one_for_one', intensity: 10, period: 60, backoff: { min: 0.1, max: 30 } },
  channel: { intensity: 3, period: 10 },
  /** A prober that ends again and again stops no other part: it is restarted after ever longer waits. */
  prober: { strategy: 'one_for_one', intensity: 10, period: 60, backoff: { min: 0.1, max: 30 } },
  probes: { intensity: 3, period: 10 },
} as const satisfies Record<string, SupervisorPolicy | Pick<SupervisorPolicy, 'intensity' | 'period'>>;

/**
 * Who supervises whom.
 *
 * ```
 * root                  one_for_one
 * ├─ history            the only writer of the store
 * ├─ notifier           one_for_one
 * │  ├─ outbox          decides what is told, and has it stored
 * │  └─ channel         one_for_one
 * │     └─ <name>       delivers by one channel
 * ├─ users              one_for_one
 * │  └─ shard-<n>       one actor per online user, which it restarts itself with what it kept
 * ├─ nodes              one_for_one
 * │  └─ shard-<n>       one actor per node, likewise
 * ├─ prober             one_for_one
 * │  └─ probes          has nodes probed, in a thread
 * ├─ user-events        one_for_one
 * │  └─ <name>          sends events of users by one channel
 * └─ gateway            the HTTP listener
 * ```
 *
 * With several partitions, all but the last two are in a supervisor of each, below the root: `users-<n>` with its history
 * and users, and `watch` with its history, the notifier and the nodes.
 *
 * @param shutdownTimeout seconds for all of it to stop, from the last child to the first
 */
export function tree({ partitions, userEvents, gateway }: Parts, shutdownTimeout: number): SupervisorNode {
  return {
    kind: 'supervisor',
    id: 'root',
    restart: 'permanent',
    shutdown: shutdownTimeout,
    policy: POLICIES.root,
    children: [
      ...partitionsOf(partitions, shutdownTimeout),
      channelsOf(USER_EVENTS, userEvents, shutdownTimeout * 0.15),
      worker(GATEWAY, shutdownTimeout * 0.4, gateway),
    ],
  };
}

/** The only partition needs no supervisor besides the root. */
function partitionsOf(partitions: readonly PartitionParts[], time: Seconds): SupervisorNode['children'] {
  const [only, ...others] = partitions;
  if (only !== undefined && others.length === 0) return childrenOf(only, time);
  return partitions.map((parts) => partitionOf(parts, time / partitions.length));
}

/**
 * One of several partitions. It may come and go while the daemon runs.
 *
 * @param shutdown seconds for all of it to stop
 */
export function partitionOf(parts: PartitionParts, shutdown: Seconds): SupervisorNode {
  return {
    kind: 'supervisor',
    id: parts.id,
    restart: 'permanent',
    shutdown,
    policy: POLICIES.partition,
    children: childrenOf(parts, shutdown),
    started: parts.started,
  };
}

/** @param time for all of them to stop */
function childrenOf({ history, users, watch }: PartitionParts, time: Seconds): SupervisorNode['children'] {
  return [
    worker('history', time * 0.4, history),
    ...(watch === undefined ? [] : [notifierOf(watch, time)]),
    ...(users === undefined ? [] : [shardsOf('users', POLICIES.users, users, time * 0.1)]),
    ...(watch === undefined ? [] : [shardsOf('nodes', POLICIES.nodes, watch.nodes, time * 0.1)]),
    ...(watch === undefined ? [] : [proberOf(watch, time * 0.05)]),
  ];
}

function proberOf({ probes }: WatchParts, shutdown: Seconds): SupervisorNode {
  return {
    kind: 'supervisor',
    id: 'prober',
    restart: 'permanent',
    shutdown,
    policy: POLICIES.prober,
    children: [worker('probes', shutdown, probes)],
  };
}

function notifierOf({ outbox, channels }: WatchParts, time: Seconds): SupervisorNode {
  return {
    kind: 'supervisor',
    id: 'notifier',
    restart: 'permanent',
    shutdown: time * 0.2,
    policy: POLICIES.notifier,
    children: [worker('outbox', time * 0.05, outbox), channelsOf('channel', channels, time * 0.15)],
  };
}

function channelsOf(id: string, channels: ChannelParts, time: Seconds): SupervisorNode {
  const channel = ({ name, start }: Startable): WorkerNode => worker(name, time, start);
  return {
    kind: 'supervisor',
    id,
    restart: 'permanent',
    shutdown: time,
    policy: POLICIES.channels,
    // Those that exist at the time; the supervisor asks again at each start.
    get children() {
      return Array.from(channels.all(), channel);
    },
    started: (supervisor) => channels.started(supervisor, channel),
  };
}

function shardsOf(
  id: string,
  policy: SupervisorPolicy,
  shards: readonly Shard[],
  shutdown: Seconds,
): SupervisorNode {
  return {
    kind: 'supervisor',
    id,
    restart: 'permanent',
    shutdown,
    policy,
    children: shards.map((shard, index) =>
      worker(`shard-${String(index)}`, shutdown, (exitSignal, place) => shard.start(exitSignal, place)),
    ),
  };
}

function worker(id: string, shutdown: Seconds, start: ChildSpec['start']): WorkerNode {
  return { kind: 'worker', id, restart: 'permanent', shutdown, start };
}
