import type { NodeName } from '../../../src/domain/node-name.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { Instant, Moment } from '../../../src/domain/time.js';

/** A failed node that is watched. */
export interface FailedNode {
  readonly facts: NodeFacts;
  readonly since: Instant;
  /** The same on the monotonic clock. */
  readonly failedAt: Moment;
  /** It failed in an earlier run, so that only the wall clock knows for how long. */
  readonly isOfEarlierRun?: boolean;
  /** Acknowledged or paused: no further notifications. */
  readonly isQuiet: boolean;
  /** Channels were notified. */
  readonly isNotified: boolean;
  /** A dependency that failed before it. */
  readonly cause: NodeName | undefined;
}

/** The failed nodes, as far as the nodes have reported them. */
export class FailedNodes {
  readonly #nodes = new Map<NodeName, FailedNode>();

  get(name: NodeName): FailedNode | undefined {
    return this.#nodes.get(name);
  }

  all(): Iterable<FailedNode> {
    return this.#nodes.values();
  }

  put(node: FailedNode): void {
    this.#nodes.set(node.facts.name, node);
  }

  /** @returns whether it was among them */
  delete(name: NodeName): boolean {
    return this.#nodes.delete(name);
  }
}
