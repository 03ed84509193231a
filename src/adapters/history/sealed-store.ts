import type {
  Entry,
  KeyRange,
  OrderedStore,
  Reading,
  WriteBatch,
  WriteOptions,
} from '../../ports/ordered-store.js';
import { isSound, sealed, unsealed } from './checksum.js';

/* Writes and reads values with their checksums. Only what is called bare goes without. */

export const SYNCED: WriteOptions = { sync: true };
export const NOT_SYNCED: WriteOptions = { sync: false };

/** Changes that are written together or not at all. */
export class Batch {
  readonly #changes: WriteBatch;

  constructor(store: OrderedStore) {
    this.#changes = store.batch();
  }

  get length(): number {
    return this.#changes.length;
  }

  put(key: Buffer, value: Buffer): this {
    this.#changes.put(key, sealed(key, value));
    return this;
  }

  /** Without a checksum. */
  putBare(key: Buffer, value: Buffer): this {
    this.#changes.put(key, value);
    return this;
  }

  del(key: Buffer): this {
    this.#changes.del(key);
    return this;
  }

  write(options: WriteOptions): Promise<void> {
    return this.#changes.write(options);
  }

  /** Writes, if there is something to write. */
  writeOrClose(options: WriteOptions): Promise<void> {
    return this.length > 0 ? this.write(options) : this.close();
  }

  close(): Promise<void> {
    return this.#changes.close();
  }
}

export async function get(store: OrderedStore, key: Buffer): Promise<Buffer | undefined> {
  const [value] = await getMany(store, [key]);
  return value;
}

export async function getMany(store: OrderedStore, keys: Buffer[]): Promise<(Buffer | undefined)[]> {
  const values = await store.getMany(keys);
  return values.map((value, index) => {
    const key = keys[index];
    return value === undefined || key === undefined ? undefined : unsealed(key, value);
  });
}

/** The values, or that they are damaged: for callers that rewrite them anyway. */
export async function getManyOrDamaged(
  store: OrderedStore,
  keys: Buffer[],
): Promise<(Buffer | 'damaged' | undefined)[]> {
  const values = await store.getMany(keys);
  return values.map((value, index) => {
    const key = keys[index];
    if (value === undefined || key === undefined) return undefined;
    return isSound(key, value) ? unsealed(key, value) : 'damaged';
  });
}

/** Which of the keys exist. */
export async function hasMany(store: OrderedStore, keys: Buffer[]): Promise<boolean[]> {
  const values = await store.getMany(keys);
  return values.map((value) => value !== undefined);
}

/** The entries of a range, in chunks. What is not pulled is not read. */
export async function* entries(
  store: OrderedStore,
  range: KeyRange,
  reading?: Reading,
): AsyncGenerator<Entry[]> {
  for await (const chunk of store.entries(range, reading)) {
    for (const entry of chunk) entry[1] = unsealed(entry[0], entry[1]);
    yield chunk;
  }
}

/** The entries of several ranges, one after the other. */
export async function* entriesIn(
  store: OrderedStore,
  ranges: readonly KeyRange[],
  reading?: Reading,
): AsyncGenerator<Entry[]> {
  for (const range of ranges) yield* entries(store, range, reading);
}

/** @returns the first entry of the range, or with `reverse` the last */
export async function firstEntry(
  store: OrderedStore,
  range: KeyRange,
  reading: Pick<Reading, 'reverse'> = {},
): Promise<Entry | undefined> {
  for await (const [entry] of entries(store, range, { ...reading, limit: 1, first: 1 })) return entry;
  return undefined;
}
