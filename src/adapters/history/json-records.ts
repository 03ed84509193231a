import type { KeyRange, OrderedStore } from '../../ports/ordered-store.js';
import { rangeOf } from './binary.js';
import { entries, type Batch } from './sealed-store.js';
import { DamagedRecord } from './store-errors.js';

/** What tells one kind from another. */
interface JsonKind<Item, Id extends string> {
  /** The first byte of the keys: one of `KIND`. */
  readonly kind: number;
  /** How the rest of a key is made of an id. Default `latin1`: as it is. */
  readonly encoding?: 'latin1' | 'hex';
  readonly idOf: (item: Item) => Id;
  readonly write: (item: Item) => object;
  /** @throws Error if it is not of its form, which is checked no further: what was written has the domain's brands */
  readonly read: (json: unknown, id: string) => Item;
}

/**
 * Records of one kind, each JSON under its id.
 *
 * | key      | value |
 * |----------|-------|
 * | KIND, id | JSON  |
 */
export class JsonRecords<Item, Id extends string> {
  readonly #kind: JsonKind<Item, Id>;
  readonly #all: KeyRange;

  constructor(kind: JsonKind<Item, Id>) {
    this.#kind = kind;
    this.#all = rangeOf(kind.kind);
  }

  get #encoding(): 'latin1' | 'hex' {
    return this.#kind.encoding ?? 'latin1';
  }

  key(id: Id): Buffer {
    return Buffer.concat([Buffer.of(this.#kind.kind), Buffer.from(id, this.#encoding)]);
  }

  idIn(key: Buffer): string {
    return key.toString(this.#encoding, 1);
  }

  /** @throws HeartbeatError if it is damaged */
  readonly from = (key: Buffer, value: Buffer): Item => {
    try {
      return this.#kind.read(JSON.parse(value.toString()), this.idIn(key));
    } catch (error) {
      throw new DamagedRecord(key, { cause: error });
    }
  };

  /** All of them by id, in chunks. @throws HeartbeatError if one is damaged */
  async *stored(store: OrderedStore): AsyncGenerator<readonly Item[]> {
    for await (const chunk of entries(store, this.#all))
      yield chunk.map(([key, value]) => this.from(key, value));
  }

  /** Writes some, and removes others. */
  change(batch: Batch, items: readonly Item[], forgotten: readonly Id[]): void {
    for (const item of items)
      batch.put(this.key(this.#kind.idOf(item)), Buffer.from(JSON.stringify(this.#kind.write(item))));
    for (const id of forgotten) batch.del(this.key(id));
  }
}
