import type { Moment } from '../../../src/domain/time.js';

interface Entry<Item> {
  readonly at: Moment;
  readonly order: number;
  readonly item: Item;
}

/** Below this size, pruning is not worth while. */
const FEW = 100;

/** A binary heap of items by due time, earliest first, in the order of arrival for equal times. */
export class TimerQueue<Item> {
  #heap: Entry<Item>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  get next(): Moment | undefined {
    return this.#heap[0]?.at;
  }

  add(at: Moment, item: Item): void {
    const entry = { at, order: this.#order++, item };
    let hole = this.#heap.length;
    this.#heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      this.#heap[hole] = above;
      hole = parent;
    }
    this.#heap[hole] = entry;
  }

  /** Removes and returns the first item, if it is due. */
  take(now: Moment): Item | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last, 0);
    return first.item;
  }

  /**
   * Drops unwanted items once they are the majority, since they would take memory until they are due. Each dropped item
   * costs two looks at most.
   *
   * @param wanted how many are wanted, or more
   */
  prune(wanted: number, isWanted: (item: Item, at: Moment) => boolean): void {
    if (this.#heap.length <= 2 * wanted + FEW) return;
    this.#heap = this.#heap.filter(({ item, at }) => isWanted(item, at));
    for (let hole = (this.#heap.length >> 1) - 1; hole >= 0; hole--) {
      const entry = this.#heap[hole];
      if (entry !== undefined) this.#sink(entry, hole);
    }
  }

  /** @param hole where the entry may go, above what is in order */
  #sink(entry: Entry<Item>, hole: number): void {
    for (;;) {
      const left = 2 * hole + 1;
      const [one, other] = [this.#heap[left], this.#heap[left + 1]];
      if (one === undefined) break;
      const [child, at] = other !== undefined && isBefore(other, one) ? [other, left + 1] : [one, left];
      if (!isBefore(child, entry)) break;
      this.#heap[hole] = child;
      hole = at;
    }
    this.#heap[hole] = entry;
  }
}

function isBefore<Item>(a: Entry<Item>, b: Entry<Item>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
