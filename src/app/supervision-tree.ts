import { buildSupervisor, childSpec } from '../../actors/supervisor/build-supervisor.js';
import type { ExitSignal } from '../../actors/supervisor/child-spec.js';
import type { Supervisor } from '../../actors/supervisor/supervisor.actor.js';
import { partitionOf, tree, USER_EVENTS, type PartitionParts } from '../../actors/tree.js';
import type { Seconds } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';
import type { GatewayChild } from './gateway-child.js';
import { runsOf, type PartitionTree } from './partition.js';

interface SupervisionTreeDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly gateway: Pick<GatewayChild, 'start'>;
  /** The root supervisor has exceeded its restart intensity. */
  crashed(error: Error): void;
}

type TreeParts = Pick<Actors, 'system' | 'partitions' | 'userEvents'>;

/** Builds the supervision tree of the daemon, to which partitions may be added later. Nothing runs yet. */
export function supervisionTree(
  actors: TreeParts,
  shutdownTimeout: Seconds,
  deps: SupervisionTreeDeps,
): { readonly root: Supervisor; readonly branches: PartitionTree } {
  const { clock, logger, gateway } = deps;
  const { system, partitions, userEvents } = actors;
  const context = { system, clock, logger };
  const place = system.place(system, 'root');
  const parts = {
    partitions: runsOf(partitions).map(({ parts: ofRun }) => ofRun),
    userEvents,
    gateway: (exitSignal: ExitSignal) => gateway.start(exitSignal),
  };
  const root = buildSupervisor(context, place, tree(parts, shutdownTimeout), {
    crashed: (error) => {
      deps.crashed(error);
    },
  });
  const share = shutdownTimeout / partitions.length;
  return {
    root,
    branches: {
      add: (ofRun: PartitionParts) => {
        root.add(childSpec(context, place, partitionOf(ofRun, share)), USER_EVENTS);
      },
      remove: (id) => root.remove(id),
    },
  };
}
