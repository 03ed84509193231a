/** Up to this many used entries are kept at the front; beyond that, up to half of all entries. */
const SPENT = 1_000;

/**
 * First in, first out. Unwanted items stay until their turn: a `Set` would have to be searched past everything deleted
 * from its front, which took most of the time with a hundred thousand alerts.
 */
export class Queue<Item> {
  #items: Item[] = [];
  #first = 0;
  readonly #isWanted: (item: Item) => boolean;

  constructor(isWanted: (item: Item) => boolean) {
    this.#isWanted = isWanted;
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  /** Whether no item is ready. */
  get isEmpty(): boolean {
    return this.#next() === undefined;
  }

  /** The number of entries, used ones included. */
  get size(): number {
    return this.#items.length;
  }

  /** Removes unwanted items once they are the majority. @param wanted how many are wanted, or more */
  prune(wanted: number): void {
    if (this.#items.length <= 2 * wanted + SPENT) return;
    this.#items = this.#items.slice(this.#first).filter((item) => this.#isWanted(item));
    this.#first = 0;
  }

  take(): Item | undefined {
    const item = this.#next();
    if (item !== undefined) this.#first++;
    if (this.#first > SPENT && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  #next(): Item | undefined {
    for (; this.#first < this.#items.length; this.#first++) {
      const item = this.#items[this.#first];
      if (item !== undefined && this.#isWanted(item)) return item;
    }
    this.#items = [];
    this.#first = 0;
    return undefined;
  }
}
