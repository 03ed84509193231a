import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';

/**
 * Present records that are not on disk yet: very many while it refuses writes. A page of them costs what the page
 * costs, whatever their number.
 */
export class UnstoredAlerts {
  /** In the order of their first change. */
  readonly #records = new Map<AlertId, AlertRecord>();
  readonly #sorted = new SortedAlerts();

  get size(): number {
    return this.#records.size;
  }

  get(id: AlertId): AlertRecord | undefined {
    return this.#records.get(id);
  }

  all(): Iterable<AlertRecord> {
    return this.#records.values();
  }

  put(record: AlertRecord): void {
    this.#records.set(record.alert.id, record);
    this.#sorted.put(record);
  }

  delete(id: AlertId): void {
    this.#records.delete(id);
    this.#sorted.delete(id);
  }

  /** A snapshot that later changes do not affect. */
  now(): Pick<SortedAlerts, 'has' | 'newestFirst'> {
    return this.#sorted.copy();
  }
}

/** The most alerts in a chunk. As many are copied for each addition or removal. */
const CHUNK = 128;

type Chunk = readonly AlertRecord[];

/**
 * Alerts in the order in which they were raised. Chunks never change: an addition or removal makes a new chunk, so that
 * a copy of the list of chunks is a snapshot.
 */
export class SortedAlerts {
  /** None is empty. */
  readonly #chunks: Chunk[];

  constructor(chunks: readonly Chunk[] = []) {
    this.#chunks = [...chunks];
  }

  copy(): SortedAlerts {
    return new SortedAlerts(this.#chunks);
  }

  has(id: AlertId): boolean {
    const chunk = this.#chunks[this.#chunkOf(id)];
    return chunk?.[placeOf(chunk, id)]?.alert.id === id;
  }

  put(record: AlertRecord): void {
    const { id } = record.alert;
    const at = Math.max(0, this.#chunkOf(id));
    const chunk = this.#chunks[at] ?? [];
    const place = placeOf(chunk, id);
    const changed = chunk.toSpliced(place, chunk[place]?.alert.id === id ? 1 : 0, record);
    if (changed.length <= CHUNK) this.#chunks[at] = changed;
    // They mostly come in order: full chunks stay full.
    else if (place === chunk.length) this.#chunks.splice(at, 1, chunk, [record]);
    else this.#chunks.splice(at, 1, changed.slice(0, CHUNK / 2), changed.slice(CHUNK / 2));
  }

  delete(id: AlertId): void {
    const at = this.#chunkOf(id);
    const chunk = this.#chunks[at];
    const place = chunk === undefined ? -1 : placeOf(chunk, id);
    if (chunk?.[place]?.alert.id !== id) return;
    if (chunk.length === 1) this.#chunks.splice(at, 1);
    else this.#chunks[at] = chunk.toSpliced(place, 1);
  }

  /** @param before only alerts raised before this one */
  *newestFirst(before?: AlertId): Generator<AlertRecord> {
    const last = before === undefined ? this.#chunks.length - 1 : this.#chunkOf(before);
    for (let at = last; at >= 0; at--) {
      const chunk = this.#chunks[at] ?? [];
      const end = at === last && before !== undefined ? placeOf(chunk, before) : chunk.length;
      for (let place = end - 1; place >= 0; place--) {
        const record = chunk[place];
        if (record !== undefined) yield record;
      }
    }
  }

  /** The chunk that may contain it: the last one that does not begin after it; -1 if all do. */
  #chunkOf(id: AlertId): number {
    return firstOf(this.#chunks.length, (at) => (this.#chunks[at]?.[0]?.alert.id ?? '') > id) - 1;
  }
}

/** Its index in a chunk, or where it would be. */
function placeOf(chunk: Chunk, id: AlertId): number {
  return firstOf(chunk.length, (at) => (chunk[at]?.alert.id ?? '') >= id);
}

/** The first index below `end` for which this is true, if it is true for all after that; `end` if for none. */
function firstOf(end: number, isTrue: (at: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
