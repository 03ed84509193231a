import type { ChildSpec } from './supervisor/child.js';
import type { SupervisorPolicy } from './supervisor/child-spec.js';
import type { SupervisorNode, WorkerNode } from './supervisor/build.js';
import type { Supervisor } from './supervisor/supervisor.actor.js';

/** What is started under a name. */
interface Startable {
  readonly name: string;
  readonly start: ChildSpec['start'];
}

/** What the tree supervises. */
export interface Parts {
  readonly history: ChildSpec['start'];
  readonly outbox: ChildSpec['start'];
  /** They may come and go while the daemon runs. */
  readonly channels: {
    all(): Iterable<Startable>;
    /** Told each time that all of them have started; `childOf` is what the supervisor is to be given of another one. */
    started(supervisor: Supervisor, childOf: (channel: Startable) => ChildSpec): void;
  };
  readonly shards: readonly { readonly start: ChildSpec['start'] }[];
  readonly nodeShards: readonly { readonly start: ChildSpec['start'] }[];
  readonly gateway: ChildSpec['start'];
}

/** How much is borne, in OTP's words: more than `intensity` restarts within `period` seconds go one level up. */
export const POLICIES = {
  /** Past this the process exits, for systemd or Kubernetes to start it again. */
  root: { strategy: 'one_for_one', intensity: 3, period: 30, backoff: { min: 0.1, max: 5 } },
  users: { strategy: 'one_for_one', intensity: 3, period: 10, backoff: { min: 0.1, max: 1 } },
  nodes: { strategy: 'one_for_one', intensity: 3, period: 10, backoff: { min: 0.1, max: 1 } },
  /** Of all users, or all nodes, of one shard together. */
  shard: { intensity: 20, period: 10 },
  history: { intensity: 3, period: 10 },
  notifier: { strategy: 'one_for_one', intensity: 3, period: 10, backoff: { min: 0.1, max: 1 } },
  outbox: { intensity: 3, period: 10 },
  /** Of all channels together. What a provider or a notifier does is no crash. */
  channels: { strategy: 'one_for_one', intensity: 10, period: 60, backoff: { min: 0.1, max: 30 } },
  channel: { intensity: 3, period: 10 },
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
 * └─ gateway            the HTTP listener
 * ```
 *
 * @param shutdownTimeout seconds for all of it to stop, from the last child to the first
 */
export function tree(parts: Parts, shutdownTimeout: number): SupervisorNode {
  const channel = ({ name, start }: Startable): WorkerNode => worker(name, shutdownTimeout * 0.15, start);
  return {
    kind: 'supervisor',
    id: 'root',
    restart: 'permanent',
    shutdown: shutdownTimeout,
    policy: POLICIES.root,
    children: [
      worker('history', shutdownTimeout * 0.4, parts.history),
      {
        kind: 'supervisor',
        id: 'notifier',
        restart: 'permanent',
        shutdown: shutdownTimeout * 0.2,
        policy: POLICIES.notifier,
        children: [
          worker('outbox', shutdownTimeout * 0.05, parts.outbox),
          {
            kind: 'supervisor',
            id: 'channel',
            restart: 'permanent',
            shutdown: shutdownTimeout * 0.15,
            policy: POLICIES.channels,
            // Those that there are when they are started, again too.
            get children() {
              return Array.from(parts.channels.all(), channel);
            },
            started: (supervisor) => parts.channels.started(supervisor, channel),
          },
        ],
      },
      shardsOf('users', POLICIES.users, parts.shards, shutdownTimeout * 0.1),
      shardsOf('nodes', POLICIES.nodes, parts.nodeShards, shutdownTimeout * 0.1),
      worker('gateway', shutdownTimeout * 0.4, parts.gateway),
    ],
  };
}

function shardsOf(
  id: string,
  policy: SupervisorPolicy,
  shards: Parts['shards'],
  shutdown: number,
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

function worker(id: string, shutdown: number, start: ChildSpec['start']): WorkerNode {
  return { kind: 'worker', id, restart: 'permanent', shutdown, start };
}
