import type { Entry, KeyRange, Reading } from '../../../src/ports/ordered-store.js';

/** A change of one key; an undefined value removes it. */
export type Change = readonly [key: string, value: Buffer | undefined];

/** The most keys in a page. */
const MOST = 512;

/** Where a key is, or would be. */
interface Place {
  readonly page: number;
  readonly at: number;
}

/** Keys and values as on a disk, in the order of the keys' bytes. */
export class Pages {
  /** Of sorted keys. None is empty, but the first one if there is no key. */
  readonly #pages: string[][] = [[]];
  readonly #values = new Map<string, Buffer>();

  get(name: string): Buffer | undefined {
    return this.#values.get(name);
  }

  /** @returns the changes that undo it */
  apply(changes: readonly Change[]): readonly Change[] {
    const before: Change[] = [];
    for (const [key, value] of changes) {
      const old = this.#values.get(key);
      before.push([key, old]);
      if (value === undefined) {
        if (old !== undefined) this.#remove(key);
        this.#values.delete(key);
      } else {
        if (old === undefined) this.#add(key);
        this.#values.set(key, value);
      }
    }
    return before.reverse();
  }

  #add(key: string): void {
    const { page, at } = this.#placeOf(key);
    const keys = this.#pages[page] ?? [];
    keys.splice(at, 0, key);
    if (keys.length > MOST) this.#pages.splice(page + 1, 0, keys.splice(MOST / 2));
  }

  #remove(key: string): void {
    const { page, at } = this.#placeOf(key);
    const keys = this.#pages[page] ?? [];
    keys.splice(at, 1);
    if (keys.length === 0 && this.#pages.length > 1) this.#pages.splice(page, 1);
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
      const keys = reverse ? this.#before(to, from, wanted) : this.#after(from, to, wanted);
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

  /** The first keys from `from` on, and before `to`. */
  #after(from: string, to: string, most: number): readonly string[] {
    const found: string[] = [];
    let { page, at } = this.#placeOf(from);
    for (; found.length < most; at++) {
      const key = this.#pages[page]?.[at];
      if (key === undefined) {
        if (++page >= this.#pages.length) break;
        at = -1;
      } else {
        if (key >= to) break;
        found.push(key);
      }
    }
    return found;
  }

  /** The last keys before `to`, and from `from` on, the last one first. */
  #before(to: string, from: string, most: number): readonly string[] {
    const found: string[] = [];
    let { page, at } = this.#placeOf(to);
    while (found.length < most) {
      const key = this.#pages[page]?.[--at];
      if (key === undefined) {
        if (--page < 0) break;
        at = this.#pages[page]?.length ?? 0;
      } else {
        if (key < from) break;
        found.push(key);
      }
    }
    return found;
  }

  #placeOf(key: string): Place {
    // The first page that begins after it follows its page.
    const page = Math.max(0, firstOf(this.#pages.length, (at) => (this.#pages[at]?.[0] ?? '') > key) - 1);
    const keys = this.#pages[page] ?? [];
    return { page, at: firstOf(keys.length, (at) => (keys[at] ?? '') >= key) };
  }
}

/** The first index of which this is true, if it is true of all after it; `length` if of none. */
function firstOf(length: number, isTrue: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const NOTHING = Buffer.alloc(0);

/** Compares keys by their bytes. */
export function nameOf(key: Buffer): string {
  return key.toString('latin1');
}
