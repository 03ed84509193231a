/** An item that waits for its turn with each of its nodes. */
export interface Ordered {
  readonly lanes: readonly string[];
  /** With how many of its nodes something is before it. */
  ahead: number;
}

/** Keeps alerts of one node in order. An alert of several nodes waits for its turn with all of them. */
export class NodeOrdering<Item extends Ordered> {
  readonly #ordering = new Map<string, Item[]>();

  add(item: Item): void {
    item.ahead = 0;
    for (const name of item.lanes) {
      const lane = this.#ordering.get(name);
      if (lane === undefined) this.#ordering.set(name, [item]);
      else {
        lane.push(item);
        item.ahead++;
      }
    }
  }

  /** @returns the items whose turn has come with all of their nodes */
  remove(item: Item): Item[] {
    const free: Item[] = [];
    for (const name of item.lanes) {
      const lane = this.#ordering.get(name) ?? [];
      const at = lane.indexOf(item);
      if (at < 0) continue;
      lane.splice(at, 1);
      const [first] = lane;
      if (first === undefined) this.#ordering.delete(name);
      if (at > 0 || first === undefined) continue;
      first.ahead--;
      if (first.ahead === 0) free.push(first);
    }
    return free;
  }
}
