import type { AlertId, AlertRecord } from '../../src/domain/alert.js';

/** Alerts in a chunk, at the most: so many are copied for each that comes or goes. */
const CHUNK = 128;

type Chunk = readonly AlertRecord[];

/**
 * Alerts in the order in which they were raised. No chunk ever changes: one that comes or goes makes another chunk in
 * its place, so that a copy of the list of chunks is all as it is now.
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
    // They mostly come in their order: what is full stays full.
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

  /** @param before only those that were raised before this one */
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

  /** The chunk that holds it, if any does: the last one that does not begin behind it; -1 if all do. */
  #chunkOf(id: AlertId): number {
    return firstOf(this.#chunks.length, (at) => (this.#chunks[at]?.[0]?.alert.id ?? '') > id) - 1;
  }
}

/** Where it is in a chunk, or would be. */
function placeOf(chunk: Chunk, id: AlertId): number {
  return firstOf(chunk.length, (at) => (chunk[at]?.alert.id ?? '') >= id);
}

/** The first place below `end` of which this is true, as it is of all behind that; `end` if it is true of none. */
function firstOf(end: number, isTrue: (at: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
