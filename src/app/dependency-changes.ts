import type { NodeName } from '../domain/node-name.js';

/** Waits until these nodes are as earlier changes have left them. */
export type EarlierChanges = (names: Iterable<NodeName>) => Promise<void>;

/**
 * What nodes are to depend on, as far as it is being changed. A change that reaches a node waits for the changes of that
 * node that began before it did, so that of several which close a circle together the last one is refused. What does not
 * reach each other is changed at once, and shares a commit.
 */
export class DependencyChanges {
  readonly #underWay = new Map<NodeName, Map<number, Promise<unknown>>>();
  #last = 0;

  /** @param change is told what it may not look at before it has waited */
  async make<T>(name: NodeName, change: (earlier: EarlierChanges) => Promise<T>): Promise<T> {
    const number = ++this.#last;
    const others = this.#underWay.get(name) ?? new Map<number, Promise<unknown>>();
    this.#underWay.set(name, others);
    const made = change((names) => this.#before(number, names));
    others.set(
      number,
      made.catch(() => undefined),
    );
    try {
      return await made;
    } finally {
      others.delete(number);
      if (others.size === 0) this.#underWay.delete(name);
    }
  }

  /** How many are under way. */
  get size(): number {
    return this.#underWay.size;
  }

  async #before(number: number, names: Iterable<NodeName>): Promise<void> {
    if (this.#underWay.size === 0) return;
    for (const name of names)
      for (const [other, made] of this.#underWay.get(name) ?? []) if (other < number) await made;
  }
}
