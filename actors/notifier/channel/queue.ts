import Denque from 'denque';

/** Up to this many unwanted items stay; beyond that, up to half of all items. */
const UNWANTED = 1_000;

/**
 * First in, first out. Unwanted items stay until their turn: a `Set` would have to be searched past everything deleted
 * from its front, which took most of the time with a hundred thousand alerts.
 */
export class Queue<Item> {
  #items = new Denque<Item>();
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

  /** The number of items, unwanted ones included. */
  get size(): number {
    return this.#items.length;
  }

  /** Removes unwanted items once they are the majority. @param wanted how many are wanted, or more */
  prune(wanted: number): void {
    if (this.#items.length > 2 * wanted + UNWANTED)
      this.#items = new Denque(this.#items.toArray().filter((item) => this.#isWanted(item)));
  }

  take(): Item | undefined {
    const item = this.#next();
    if (item !== undefined) this.#drop();
    return item;
  }

  #next(): Item | undefined {
    for (;;) {
      const item = this.#items.peekFront();
      if (item === undefined || this.#isWanted(item)) return item;
      this.#drop();
    }
  }

  #drop(): void {
    this.#items.shift();
    // An empty deque keeps its memory.
    if (this.#items.isEmpty()) this.#items = new Denque();
  }
}
