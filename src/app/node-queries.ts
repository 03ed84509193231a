import pLimit from 'p-limit';
import { UptimeReports } from '../../actors/node/uptime-reports.js';
import { NodesReader } from '../../actors/node/nodes-reader.js';
import type { NodeCommand, NodeReply } from '../../actors/node/node.protocol.js';
import { sendToAll } from '../../actors/shards/send-to-all.js';
import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { NodeQuota } from '../domain/access.js';
import type { NodeName } from '../domain/node-name.js';
import { shardOf } from '../domain/shard.js';
import type { Millis } from '../domain/time.js';
import type { NodesApi } from './api/nodes-api.js';
import type { SilencesApi } from './api/alerts-api.js';
import { DependencyChanges } from './dependencies.js';
import type { Clock } from '../ports/clock.js';
import { Slices } from '../runtime/slices.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { Actors } from './assemble.js';
import type { OwnershipCheck } from './ownership-check.js';

/**
 * What is asked of nodes: of their actors, and of history.
 *
 * @param retention of history
 */
export function nodeQueries(
  { home }: Pick<Actors, 'home'>,
  watchdog: Watchdog,
  clock: Clock,
  retention: Millis,
  ownership: OwnershipCheck,
  silences: Pick<SilencesApi, 'intervalsOf'>,
): NodesApi {
  const askMany = (kind: 'heartbeat' | 'describe', names: readonly NodeName[], quota?: NodeQuota) => {
    const arrival = watchdog.arrival();
    return names.map((name): NodeCommand => ({ kind, name, ...arrival, quota }));
  };
  const toNodes = (
    commands: readonly NodeCommand[],
    answered: (replies: readonly NodeReply[]) => void,
  ): void => {
    const nodes = home.watch?.nodes;
    if (nodes === undefined) return answered(commands.map(() => DOWN));
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
  const slices = new Slices(clock);
  const oneAtATime = pLimit(1);
  const reports = (): UptimeReports =>
    new UptimeReports({
      reader: reader(),
      store: home.answering.reads,
      retention,
      silenced: (node, range) => silences.intervalsOf(node, range),
      slices,
      now: clock.wall(),
    });
  const reader = (): NodesReader => {
    const run = home.answering;
    return new NodesReader({
      store: run.reads,
      retention,
      silenced: (node, range) => silences.intervalsOf(node, range),
      describe: (names, answered) => {
        toNodes(askMany('describe', names), answered);
      },
      unstoredFlips: (node) => run.history.unstoredFlips(node),
      settled: () => run.settled(),
    });
  };
  return {
    ask: (name, request, answered, quota) => {
      const nodes = home.watch?.nodes;
      if (nodes === undefined) return answered(DOWN);
      const command = { ...request, name, ...watchdog.arrival(), quota };
      nodes.ask(shardOf(name, nodes.count), command, ownership.one(answered));
    },
    dependencyChanges: new DependencyChanges(),
    heartbeats: (names, answered, quota) => {
      toNodes(askMany('heartbeat', names, quota), answered);
    },
    list: async (filter, after, limit) => reader().list(filter, after, limit),
    async *flips(node, range) {
      yield* reader().flips(node, range);
    },
    uptime: async (node, range) => reader().uptime(node, range, clock.wall()),
    uptimeReport: async (node, request) => reports().ofNode(node, request),
    uptimeReportOf: (filter, request, isWanted) =>
      oneAtATime(async () => reports().ofNodes(filter, request, isWanted)),
  };
}
