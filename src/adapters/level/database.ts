import { Level } from 'level';
import type { KeyRange } from '../history/binary.js';
import { isSound, sealed, unsealed } from '../history/checksum.js';
import type { Owned } from './ownership.js';
import { readError } from '../history/store-errors.js';

/** Adds what `level` leaves out of its types because browsers do not have it. */
export type Database = Level<Buffer, Buffer> & {
  compactRange(start: Buffer, end: Buffer): Promise<void>;
  /** Bytes in files, without what is still in memory. */
  approximateSize(start: Buffer, end: Buffer): Promise<number>;
  /** A property of LevelDB. */
  getProperty(name: string): string;
};

const OPTIONS = {
  keyEncoding: 'buffer',
  valueEncoding: 'buffer',
  // Twice the default: a mass expiry compacts less, and an idle daemon stays small.
  writeBufferSize: 8 * 1024 * 1024,
};

/** The directory stays owned until the database is closed. */
export async function openOwned(owned: Owned, mayBegin: boolean): Promise<Database> {
  const db = new Level<Buffer, Buffer>(owned.path, { ...OPTIONS, createIfMissing: mayBegin }) as Database;
  await db.open();
  db.once('closed', () => {
    owned.release();
  });
  return db;
}

/** Changes that are written together or not at all. */
export class Batch {
  // A chained batch costs a twentieth of an array of operations on the main thread (measured: 0.5 µs an operation).
  readonly #chained;

  constructor(db: Database) {
    this.#chained = db.batch();
  }

  get length(): number {
    return this.#chained.length;
  }

  put(key: Buffer, value: Buffer): this {
    this.#chained.put(key, sealed(key, value));
    return this;
  }

  /** Without a checksum. */
  putBare(key: Buffer, value: Buffer): this {
    this.#chained.put(key, value);
    return this;
  }

  del(key: Buffer): this {
    this.#chained.del(key);
    return this;
  }

  write(options: object): Promise<void> {
    return this.#chained.write(options);
  }

  close(): Promise<void> {
    return this.#chained.close();
  }
}

/** The write survives a power failure. */
export const SYNCED: object = { sync: true };

/** A chunk ends before this many bytes: longer ones would hold up the event loop. */
const CHUNK_BYTES = 256 * 1024;

export async function get(db: Database, key: Buffer): Promise<Buffer | undefined> {
  const [value] = await getMany(db, [key]);
  return value;
}

export async function getMany(db: Database, keys: Buffer[]): Promise<(Buffer | undefined)[]> {
  const values = await getManyBare(db, keys);
  return values.map((value, index) => {
    const key = keys[index];
    return value === undefined || key === undefined ? undefined : unsealed(key, value);
  });
}

/** The values, or that they are damaged: for callers that rewrite them anyway. */
export async function getManyOrDamaged(
  db: Database,
  keys: Buffer[],
): Promise<(Buffer | 'damaged' | undefined)[]> {
  const values = await getManyBare(db, keys);
  return values.map((value, index) => {
    const key = keys[index];
    if (value === undefined || key === undefined) return undefined;
    return isSound(key, value) ? unsealed(key, value) : 'damaged';
  });
}

/** With their checksums, which are not verified. */
export async function getManyBare(db: Database, keys: Buffer[]): Promise<(Buffer | undefined)[]> {
  try {
    return await db.getMany(keys);
  } catch (error) {
    throw readError(error);
  }
}

/** Which of the keys exist. */
export async function hasMany(db: Database, keys: Buffer[]): Promise<boolean[]> {
  try {
    return await db.hasMany(keys);
  } catch (error) {
    throw readError(error);
  }
}

export interface Reading {
  readonly reverse?: boolean;
  readonly limit?: number;
  /** How many entries are read at first: most readers want few, and some want all. */
  readonly first?: number;
  /** How many are read at a time later. */
  readonly most?: number;
}

/** The entries of a range, in chunks. What is not pulled is not read. */
export async function* entries(
  db: Database,
  range: KeyRange,
  reading?: Reading,
): AsyncGenerator<[Buffer, Buffer][]> {
  for await (const chunk of bareEntries(db, range, reading)) {
    for (const entry of chunk) entry[1] = unsealed(entry[0], entry[1]);
    yield chunk;
  }
}

/** With their checksums, which are not verified. */
export async function* bareEntries(
  db: Database,
  { gte, lt }: KeyRange,
  { reverse = false, limit = -1, first = 512, most = first }: Reading = {},
): AsyncGenerator<[Buffer, Buffer][]> {
  const options: object = { gte, lt, reverse, limit, highWaterMarkBytes: CHUNK_BYTES };
  try {
    const iterator = db.iterator<Buffer, Buffer>(options);
    try {
      for (let size = first; ; size = most) {
        const chunk = await iterator.nextv(size);
        if (chunk.length === 0) return;
        yield chunk;
      }
    } finally {
      await iterator.close();
    }
  } catch (error) {
    throw readError(error);
  }
}

/** @returns the first entry of the range, or with `reverse` the last */
export async function firstEntry(
  db: Database,
  range: KeyRange,
  reading: Pick<Reading, 'reverse'> = {},
): Promise<[Buffer, Buffer] | undefined> {
  for await (const [entry] of entries(db, range, { ...reading, limit: 1, first: 1 })) return entry;
  return undefined;
}
