import type { UnnotifiedOf } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';

const NONE: ReadonlySet<string> = new Set();

/**
 * Channels that get a node's alerts and have not been notified of its failure: its alerts went to other channels then,
 * or an escalation channel left it out. They are not notified of its end either. Changes are stored with the next
 * alerts, so that a restart remembers them.
 */
export class UnnotifiedChannels {
  readonly #ofNode = new Map<NodeName, ReadonlySet<string>>();
  /** Nodes whose channels have changed since they were last stored. */
  readonly #changed = new Set<NodeName>();

  of(node: NodeName): ReadonlySet<string> {
    return this.#ofNode.get(node) ?? NONE;
  }

  /** What an earlier run stored. */
  restore(stored: readonly UnnotifiedOf[]): void {
    for (const { node, channels } of stored) this.#ofNode.set(node, new Set(channels));
  }

  set(node: NodeName, channels: ReadonlySet<string>): void {
    const before = this.of(node);
    if (before.size === channels.size && [...channels].every((channel) => before.has(channel))) return;
    if (channels.size === 0) this.#ofNode.delete(node);
    else this.#ofNode.set(node, channels);
    this.#changed.add(node);
  }

  add(node: NodeName, channels: Iterable<string>): void {
    this.set(node, new Set([...this.of(node), ...channels]));
  }

  /** These channels have been notified after all, or are about to be. */
  notified(node: NodeName, channels: readonly string[]): void {
    this.set(node, new Set([...this.of(node)].filter((channel) => !channels.includes(channel))));
  }

  /** The failure is over, or a new one begins. */
  forget(node: NodeName): void {
    this.set(node, NONE);
  }

  /** @returns the changes to store; they count as stored from now on */
  takeChanges(): readonly UnnotifiedOf[] {
    if (this.#changed.size === 0) return [];
    const changes = Array.from(this.#changed, (node) => ({ node, channels: [...this.of(node)] }));
    this.#changed.clear();
    return changes;
  }
}
