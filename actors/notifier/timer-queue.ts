import TinyQueue from 'tinyqueue';
import type { Moment } from '../../src/domain/time.js';

interface Entry<Item> {
  readonly at: Moment;
  readonly order: number;
  readonly item: Item;
}

/** Below this size, pruning is not worth while. */
const FEW = 100;

/** Items by due time, earliest first, in the order of arrival for equal times. */
export class TimerQueue<Item> {
  #heap = new TinyQueue<Entry<Item>>([], byTime);
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  get next(): Moment | undefined {
    return this.#heap.peek()?.at;
  }

  add(at: Moment, item: Item): void {
    this.#heap.push({ at, order: this.#order++, item });
  }

  /** Removes and returns the first item, if it is due. */
  take(now: Moment): Item | undefined {
    const first = this.#heap.peek();
    return first !== undefined && first.at <= now ? this.#heap.pop()?.item : undefined;
  }

  /**
   * Drops unwanted items once they are the majority, since they would take memory until they are due. Each dropped item
   * is looked at twice at most.
   *
   * @param wanted how many are wanted, or more
   */
  prune(wanted: number, isWanted: (item: Item, at: Moment) => boolean): void {
    if (this.#heap.length <= 2 * wanted + FEW) return;
    const left = this.#heap.data.filter(({ item, at }) => isWanted(item, at));
    this.#heap = new TinyQueue(left, byTime);
  }
}

function byTime(a: Entry<unknown>, b: Entry<unknown>): number {
  return a.at - b.at || a.order - b.order;
}
