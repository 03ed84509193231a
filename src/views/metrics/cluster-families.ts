import { gauge, gaugeBy, type MetricFamily } from '../../ports/metrics.js';
import type { DaemonFacts } from '../../app/daemon-facts.js';

/** None for a daemon that stands alone. */
export function clusterFamilies({ cluster }: Pick<DaemonFacts, 'cluster'>): MetricFamily[] {
  if (cluster === undefined) return [];
  const { name, members, partitions } = cluster;
  const count = (is: (partition: (typeof partitions)[number]) => boolean): number =>
    partitions.filter(is).length;
  const own = members.find((member) => member.name === name);
  return [
    gauge('heartbeat_cluster_members', 'Members of the cluster that are alive.', members.length),
    gaugeBy('heartbeat_cluster_partitions', 'Partitions of the cluster, by who owns them.', 'owner', {
      self: count(({ owner }) => owner === name),
      other: count(({ owner }) => owner !== undefined && owner !== name),
      none: count(({ owner }) => owner === undefined),
    }),
    gauge(
      'heartbeat_cluster_partitions_answered',
      'Partitions that this daemon answers for.',
      count(({ isHere }) => isHere),
    ),
    gauge(
      'heartbeat_cluster_lease_seconds',
      'For how long this daemon may answer, unless it renews its lease.',
      (own?.leaseLeft ?? 0) / 1000,
    ),
  ];
}
