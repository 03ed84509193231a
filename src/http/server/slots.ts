/**
 * An unordered collection for very frequent additions and removals. A `Set` makes a new table every few dozen changes,
 * and old tables that survive a collection keep alive what they held: it cost a tenth of a short request. See decision
 * 48.
 */
export class Slots<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** @returns the slot to `remove` it by */
  add(item: Item): number {
    const slot = this.#free.pop();
    if (slot === undefined) return this.#items.push(item) - 1;
    this.#items[slot] = item;
    return slot;
  }

  /** Call it once for each added item. */
  remove(slot: number): void {
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  /** The present items, unordered. */
  items(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }
}
