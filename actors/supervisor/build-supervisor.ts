import type { Place } from '../../src/runtime/actor-system.js';
import type { ChildPolicy, ChildSpec, ExitSignal, RunningChild, SupervisorPolicy } from './child-spec.js';
import { Supervisor, type SupervisionContext } from './supervisor.actor.js';

/** A supervision tree as data. */
type TreeNode = WorkerNode | SupervisorNode;

/** A child that is started, and restarted by its supervisor. */
export interface WorkerNode extends ChildPolicy {
  readonly kind: 'worker';
  readonly start: ChildSpec['start'];
}

export interface SupervisorNode extends ChildPolicy {
  readonly kind: 'supervisor';
  readonly policy: SupervisorPolicy;
  readonly children: readonly TreeNode[];
  /** Called each time that all children have started. */
  readonly started?: (supervisor: Supervisor) => void;
}

/** Makes the supervisor of a tree. Nothing runs before its `start`. */
export function buildSupervisor(
  context: SupervisionContext,
  place: Place,
  node: SupervisorNode,
  exitSignal: ExitSignal,
): Supervisor {
  const specs = node.children.map((child) => childSpec(context, place, child));
  return new Supervisor(context, place, node.policy, specs, exitSignal);
}

/** What a supervisor starts as its child: a worker, or a supervisor with children of its own. */
export function childSpec(context: SupervisionContext, place: Place, child: TreeNode): ChildSpec {
  return child.kind === 'worker' ? child : branch(context, place, child);
}

function branch(context: SupervisionContext, place: Place, node: SupervisorNode): ChildSpec {
  const { id, restart, shutdown } = node;
  const inner = context.system.place(place, id);
  return {
    id,
    restart,
    shutdown,
    start: async (exitSignal): Promise<RunningChild> => {
      const supervisor = buildSupervisor(context, inner, node, exitSignal);
      try {
        await supervisor.start();
        node.started?.(supervisor);
      } catch (error) {
        await supervisor.stop();
        throw error;
      }
      return supervisor;
    },
  };
}
