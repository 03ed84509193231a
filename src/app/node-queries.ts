import pLimit from 'p-limit';
import { UptimeReports } from '../../actors/node/uptime-reports.js';
import { DOWN } from '../../actors/shards/shard-supervisor.js';
import { shardOf } from '../domain/shard.js';
import type { NodesApi } from './api/nodes-api.js';
import type { SilencesApi } from './api/alerts-api.js';
import type { Clock } from '../ports/clock.js';
import { Slices } from '../runtime/slices.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { Actors } from './assemble.js';
import { DependencyChanges } from './dependencies.js';
import type { NodeReads } from './node-reads.js';
import type { OwnershipCheck } from './ownership-check.js';

/** What is asked of nodes: of their actors, and of history. */
export function nodeQueries(
  { home }: Pick<Actors, 'home'>,
  reads: NodeReads,
  watchdog: Watchdog,
  clock: Clock,
  ownership: OwnershipCheck,
  silences: Pick<SilencesApi, 'intervalsOf'>,
): NodesApi {
  const slices = new Slices(clock);
  const oneAtATime = pLimit(1);
  const reports = (): UptimeReports =>
    new UptimeReports({
      reader: reads.reader(),
      store: home.answering.reads,
      silenced: (node, range) => silences.intervalsOf(node, range),
      slices,
    });
  return {
    ask: (name, request, answered, quota) => {
      const nodes = home.watch?.nodes;
      if (nodes === undefined) return answered(DOWN);
      const command = { ...request, name, ...watchdog.arrival(), quota };
      nodes.ask(shardOf(name, nodes.count), command, ownership.one(answered));
    },
    dependencyChanges: new DependencyChanges(),
    heartbeats: (names, answered, quota) => {
      reads.askMany('heartbeat', names, answered, quota);
    },
    list: async (filter, after, limit) => reads.reader().list(filter, after, limit),
    async *flips(node, range) {
      yield* reads.reader().flips(node, range);
    },
    uptime: async (node, range) => reads.reader().uptime(node, range, clock.wall()),
    uptimeReport: async (node, request) => reports().ofNode(node, request),
    uptimeReportOf: (filter, request, isWanted) =>
      oneAtATime(async () => reports().ofNodes(filter, request, isWanted)),
  };
}
