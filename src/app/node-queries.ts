import { NodesReader } from '../../actors/node/nodes-reader.js';
import type { NodeCommand, NodeReply } from '../../actors/node/node.protocol.js';
import { sendToAll } from '../../actors/shards/send-to-all.js';
import type { NodeQuota } from '../domain/access.js';
import type { NodeName } from '../domain/node-name.js';
import { shardOf } from '../domain/shard.js';
import type { Millis } from '../domain/time.js';
import type { NodesApi } from './api.js';
import { DependencyChanges } from './dependencies.js';
import type { Clock } from '../ports/clock.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { Actors } from './assemble.js';
import type { OwnershipCheck } from './ownership-check.js';

/**
 * What is asked of nodes: of their actors, and of history.
 *
 * @param retention of history
 */
export function nodeQueries(
  { home, watch }: Pick<Actors, 'home' | 'watch'>,
  watchdog: Watchdog,
  clock: Clock,
  retention: Millis,
  ownership: OwnershipCheck,
): NodesApi {
  const { nodes } = watch;
  const askMany = (kind: 'heartbeat' | 'describe', names: readonly NodeName[], quota?: NodeQuota) => {
    const arrival = watchdog.arrival();
    return names.map((name): NodeCommand => ({ kind, name, ...arrival, quota }));
  };
  const toNodes = (
    commands: readonly NodeCommand[],
    answered: (replies: readonly NodeReply[]) => void,
  ): void => {
    sendToAll(
      nodes.count,
      commands,
      ({ name }) => name,
      (shard, share, done) => {
        nodes.send(shard, share, done);
      },
      ownership.all<NodeReply>(answered),
    );
  };
  const reader = new NodesReader({
    store: home.reads,
    retention,
    describe: (names, answered) => {
      toNodes(askMany('describe', names), answered);
    },
    unstoredFlips: (node) => home.history.unstoredFlips(node),
    settled: () => home.settled(),
  });
  return {
    ask: (name, request, answered, quota) => {
      const command = { ...request, name, ...watchdog.arrival(), quota };
      nodes.ask(shardOf(name, nodes.count), command, ownership.one(answered));
    },
    dependencyChanges: new DependencyChanges(),
    heartbeats: (names, answered, quota) => {
      toNodes(askMany('heartbeat', names, quota), answered);
    },
    list: (filter, after, limit) => reader.list(filter, after, limit),
    flips: (node, range) => reader.flips(node, range),
    uptime: (node, range) => reader.uptime(node, range, clock.wall()),
  };
}
