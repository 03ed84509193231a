import type { Moment } from '../../src/domain/time.js';

interface Entry<Item> {
  readonly at: Moment;
  readonly order: number;
  readonly item: Item;
}

/** What is due when: a binary heap, earliest first, and in the order of arrival where that is the same. */
export class Agenda<Item> {
  readonly #heap: Entry<Item>[] = [];
  #order = 0;

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

  /** Takes out the first item, if it is due. */
  take(now: Moment): Item | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first.item;
  }

  #sink(entry: Entry<Item>): void {
    let hole = 0;
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
