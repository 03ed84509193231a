import pLimit from 'p-limit';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { NodeName } from '../../domain/node-name.js';
import type { Clock } from '../../ports/clock.js';
import { statsView } from '../../views/stats-view.js';
import type { Daemon } from '../api/daemon.js';
import type { Actors } from '../assemble.js';
import { readingTurns } from '../long-reads.js';
import type { OwnershipCheck } from '../ownership-check.js';
import type { StateSources } from './collection.js';

/** Reads the state of users and nodes from their actors. */
export function stateSources(
  { home, partitionOf }: Pick<Actors, 'home' | 'partitionOf'>,
  daemon: Pick<Daemon, 'users' | 'stats'>,
  ownership: OwnershipCheck,
  clock: Pick<Clock, 'soon'>,
): StateSources {
  const turns = pLimit(1);
  return {
    session: (user) => {
      ownership.check();
      return partitionOf(user).answering.users.session(user);
    },
    lastSession: (user) => daemon.users.lastSession(user),
    *nodes() {
      ownership.check();
      yield* home.answering.watch?.nodes.nodes() ?? [];
    },
    causesOf: ({ state, dependsOn = [] }: DescribedNode): readonly NodeName[] => {
      if (state !== 'failed') return [];
      const nodes = home.watch?.nodes;
      return dependsOn.filter((name) => nodes?.node(name)?.state === 'failed');
    },
    counts: () => statsView(daemon.stats()),
    turn: () => turns(() => new Promise((resolve) => clock.soon(resolve))),
    inTurn: readingTurns(),
  };
}
