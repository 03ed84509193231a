/** What has its turn in every lane that it stands in. */
export interface Ordered {
  readonly lanes: readonly string[];
  /** In how many of them something is before it. */
  ahead: number;
}

/** One lane for each node: nothing overtakes in it. What stands in several lanes waits for its turn in all of them. */
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

  /** @returns those whose turn it is now in all of their lanes */
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
