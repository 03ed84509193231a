import type { NodeName } from '../../src/domain/node-name.js';
import type { NodePhase } from './decision.js';

/** The slugs that were chosen for nodes, including those on their way to disk. Most nodes have only their name. */
export class Slugs {
  readonly #nodes = new Map<string, Set<NodeName>>();

  moved(before: NodePhase, after: NodePhase): void {
    if (before.phase !== 'unknown') this.#change(before, 'delete');
    if (after.phase !== 'unknown') this.#change(after, 'add');
  }

  /** The nodes for which this slug was chosen. */
  of(slug: string): ReadonlySet<NodeName> {
    return this.#nodes.get(slug) ?? NONE;
  }

  #change(node: Exclude<NodePhase, { phase: 'unknown' }>, change: 'add' | 'delete'): void {
    this.#changeOne(node.registration.settings.slug, node.registration.name, change);
    if (node.phase === 'changing') this.#changeOne(node.next.settings.slug, node.registration.name, change);
  }

  #changeOne(slug: string | undefined, name: NodeName, change: 'add' | 'delete'): void {
    if (slug === undefined) return;
    const nodes = this.#nodes.get(slug) ?? new Set();
    nodes[change](name);
    if (nodes.size === 0) this.#nodes.delete(slug);
    else this.#nodes.set(slug, nodes);
  }
}

const NONE: ReadonlySet<NodeName> = new Set();
