import type { Entry, OrderedStore } from '../../ports/ordered-store.js';
import { COPYING_KEY, EVERYTHING, FORMAT_KEY, VERSION_KEY } from './format.js';
import { Batch, SYNCED } from './sealed-store.js';

/** Records read at a time. */
export const PORTION = 2_000;
/** A batch is written as soon as it has so many changes, or so many bytes. */
const MOST_CHANGES = 1_000;
const MOST_BYTES = 512 * 1024;

/** Records in the order of their keys. */
export type Records = AsyncGenerator<Entry[]>;

export function recordsOf(store: OrderedStore): Records {
  return store.entries(EVERYTHING, { first: PORTION });
}

/** The records by which a history, or an unfinished copy, is known. */
export function isOfCopy(key: Buffer): boolean {
  return key.equals(VERSION_KEY) || key.equals(FORMAT_KEY) || key.equals(COPYING_KEY);
}

/**
 * Makes the records of a store the same as others: writes what is missing or different, and removes what is not there.
 *
 * @returns how many were written
 */
export async function writeMissing(
  source: Records,
  target: OrderedStore,
  progress: (records: number) => void,
): Promise<number> {
  let written = 0;
  let records = 0;
  let bytes = 0;
  let batch = new Batch(target);
  const write = async (): Promise<void> => {
    await batch.writeOrClose(SYNCED);
    batch = new Batch(target);
    bytes = 0;
    progress(records);
  };
  try {
    for await (const [from, to] of pairs(source, recordsOf(target))) {
      if (from === undefined) {
        if (to !== undefined) batch.del(to[0]);
      } else {
        records++;
        if (to?.[1].equals(from[1]) !== true) {
          batch.putBare(...from);
          bytes += from[0].length + from[1].length;
          written++;
        }
      }
      if (batch.length >= MOST_CHANGES || bytes >= MOST_BYTES) await write();
      else if (records % PORTION === 0) progress(records);
    }
    await write();
  } finally {
    await batch.close();
  }
  return written;
}

type Pair = readonly [Entry | undefined, Entry | undefined];

/** What two sources have for each key, in the order of the keys. */
export async function* pairs(one: Records, other: Records): AsyncGenerator<Pair> {
  const [a, b] = [new Cursor(one), new Cursor(other)];
  try {
    for (;;) {
      if (a.entry === undefined) await a.read();
      if (b.entry === undefined) await b.read();
      const order = compared(a.entry, b.entry);
      if (order === undefined) return;
      yield [order <= 0 ? a.entry : undefined, order >= 0 ? b.entry : undefined];
      if (order <= 0) a.advance();
      if (order >= 0) b.advance();
    }
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

/** @returns undefined if there are none */
function compared(a: Entry | undefined, b: Entry | undefined): number | undefined {
  if (a === undefined) return b === undefined ? undefined : 1;
  return b === undefined ? -1 : Buffer.compare(a[0], b[0]);
}

/** Goes through the records of one. */
class Cursor {
  readonly #chunks: Records;
  #chunk: readonly Entry[] = [];
  #at = 0;

  constructor(records: Records) {
    this.#chunks = records;
  }

  /** Undefined at the end, and where the next ones are not read yet. */
  get entry(): Entry | undefined {
    return this.#chunk[this.#at];
  }

  async read(): Promise<void> {
    do {
      const next = await this.#chunks.next();
      if (next.done === true) return;
      this.#chunk = next.value.filter(([key]) => !isOfCopy(key));
      this.#at = 0;
    } while (this.#chunk.length === 0);
  }

  advance(): void {
    this.#at++;
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}
