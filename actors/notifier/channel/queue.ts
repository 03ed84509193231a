/** Places that were taken from the front are kept up to this many, and then up to half of all. */
const SPENT = 1_000;

/**
 * First in, first out. Who is not wanted any more is left in it until its turn: a set would have to be searched past
 * all that was taken from its front, which with a hundred thousand alerts took most of the time.
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

  /** Whether there is anybody whose turn it is. */
  get isEmpty(): boolean {
    return this.#next() === undefined;
  }

  /** How many places there are, taken ones too. */
  get size(): number {
    return this.#items.length;
  }

  /** Gives up the places of those who are not wanted any more, once they are the most. @param wanted how many are, or more */
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
