import type { Entry, KeyRange, Reading } from '../../../src/ports/ordered-store.js';

/** A change of one key; an undefined value removes it. */
export type Change = readonly [key: string, value: Buffer | undefined];

/** Keys and values as on a disk, in the order of the keys' bytes. */
export class Pages {
  readonly #keys: string[] = [];
  readonly #values = new Map<string, Buffer>();

  get(name: string): Buffer | undefined {
    return this.#values.get(name);
  }

  /** @returns the changes that undo it */
  apply(changes: readonly Change[]): readonly Change[] {
    const before: Change[] = [];
    for (const [key, value] of changes) {
      before.unshift([key, this.#values.get(key)]);
      const at = this.#indexOf(key);
      const isThere = this.#keys[at] === key;
      if (value === undefined) {
        if (isThere) this.#keys.splice(at, 1);
        this.#values.delete(key);
      } else {
        if (!isThere) this.#keys.splice(at, 0, key);
        this.#values.set(key, value);
      }
    }
    return before;
  }

  /**
   * Yields chunk after chunk. Meanwhile writes are seen, as in a database with one query per chunk.
   *
   * @param database with which its keys begin here
   */
  *chunks(
    database: string,
    { gte, lt }: KeyRange,
    { reverse = false, limit = Infinity, first = 512, most = first }: Reading,
  ): Generator<Entry[]> {
    let [from, to] = [database + nameOf(gte), database + nameOf(lt)];
    let left = limit;
    for (let size = first; left > 0; size = most) {
      const wanted = Math.min(size, left);
      const [begin, end] = [this.#indexOf(from), this.#indexOf(to)];
      const keys = reverse
        ? this.#keys.slice(Math.max(begin, end - wanted), Math.max(begin, end)).reverse()
        : this.#keys.slice(begin, Math.min(end, begin + wanted));
      const last = keys.at(-1);
      if (last === undefined) return;
      left -= keys.length;
      yield keys.map((key) => [
        Buffer.from(key.slice(database.length), 'latin1'),
        this.#values.get(key) ?? NOTHING,
      ]);
      if (keys.length < wanted) return;
      if (reverse) to = last;
      else from = `${last}\0`;
    }
  }

  /** The index of the key, or where it would be inserted. */
  #indexOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NOTHING = Buffer.alloc(0);

/** Compares keys by their bytes. */
export function nameOf(key: Buffer): string {
  return key.toString('latin1');
}
