/** An item that waits for its turn with each of its nodes. */
export interface Ordered {
  readonly nodes: readonly string[];
  /** The number of its nodes with an earlier item. */
  ahead: number;
}

/** Keeps alerts of one node in order. An alert of several nodes waits for its turn with all of them. */
export class NodeOrdering<Item extends Ordered> {
  readonly #ordering = new Map<string, Item[]>();

  add(item: Item): void {
    item.ahead = 0;
    for (const name of item.nodes) {
      const queue = this.#ordering.get(name);
      if (queue === undefined) this.#ordering.set(name, [item]);
      else {
        queue.push(item);
        item.ahead++;
      }
    }
  }

  /** @returns the items whose turn has come with all of their nodes */
  remove(item: Item): Item[] {
    const free: Item[] = [];
    for (const name of item.nodes) {
      const queue = this.#ordering.get(name) ?? [];
      const at = queue.indexOf(item);
      if (at < 0) continue;
      queue.splice(at, 1);
      const [first] = queue;
      if (first === undefined) this.#ordering.delete(name);
      if (at > 0 || first === undefined) continue;
      first.ahead--;
      if (first.ahead === 0) free.push(first);
    }
    return free;
  }
}
