import type { NodeName } from '../../../src/domain/node-name.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { Instant, Moment } from '../../../src/domain/time.js';

/** A node that has failed, and is watched. */
export interface FailedNode {
  readonly facts: NodeFacts;
  readonly since: Instant;
  /** The same by the clock that does not jump. */
  readonly failedAt: Moment;
  /** It failed in an earlier run, so that only the wall clock knows for how long. */
  readonly isOfEarlierRun?: boolean;
  /** Somebody takes care of it, or it is paused: nobody is told of it again. */
  readonly isQuiet: boolean;
  /** Channels know of it. */
  readonly isTold: boolean;
  /** Channels that its alerts go to since it failed, and that have not been notified of its failure. */
  readonly unnotified?: ReadonlySet<string> | undefined;
  /** What it depends on, and had failed before it. */
  readonly cause: NodeName | undefined;
}

/** The nodes that have failed, as far as they have been told of. */
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

  /** @returns whether it was one of them */
  delete(name: NodeName): boolean {
    return this.#nodes.delete(name);
  }

  /** The first of those that it depends on that has failed, and not because of it. */
  causeOf({ name, dependsOn }: Pick<NodeFacts, 'name' | 'dependsOn'>): NodeName | undefined {
    return dependsOn?.find((other) => this.#nodes.has(other) && !this.#comesFrom(other, name));
  }

  #comesFrom(name: NodeName, origin: NodeName): boolean {
    const seen = new Set<NodeName>();
    for (
      let at: NodeName | undefined = name;
      at !== undefined && !seen.has(at);
      at = this.#nodes.get(at)?.cause
    ) {
      if (at === origin) return true;
      seen.add(at);
    }
    return false;
  }
}
