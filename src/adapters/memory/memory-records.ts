/** Records of one kind, each under its id. */
export class MemoryRecords<Item, Id extends string> {
  readonly #idOf: (item: Item) => Id;
  readonly #all = new Map<Id, Item>();

  constructor(idOf: (item: Item) => Id) {
    this.#idOf = idOf;
  }

  /** Puts some, and removes others. */
  change(items: readonly Item[], forgotten: readonly Id[]): void {
    for (const item of items) this.#all.set(this.#idOf(item), item);
    for (const id of forgotten) this.#all.delete(id);
  }

  /** By id. */
  all(): readonly Item[] {
    return [...this.#all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }
}
