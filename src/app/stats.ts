import { StateCounts } from '../../actors/node/state-counts.js';
import type { Actors } from './assemble.js';
import type { ConnectedClients, Stats } from './daemon-facts.js';
import type { OwnershipCheck } from './ownership-check.js';
import { sumOf } from './sum.js';

/**
 * Reads counts that are kept anyway, so it takes the same time for one user and for a million.
 *
 * @throws HeartbeatError `HEARTBEAT_NOT_READY` while a partition is away: the sums would be too small
 */
export function readStats(
  { partitions, home }: Pick<Actors, 'partitions' | 'home'>,
  { sockets, eventReaders }: ConnectedClients,
  ownership: OwnershipCheck,
): Stats {
  ownership.check();
  const all = partitions.map(({ answering }) => answering.users);
  return {
    users: { online: sumOf(all, ({ size }) => size) },
    devices: sumOf(all, ({ size, devices: { devices, users } }) => size - users + devices),
    nodes: home.answering.watch?.nodes.states ?? new StateCounts().inspect(),
    sockets,
    eventReaders,
  };
}
