import sortedBTree from 'sorted-btree';
import type { AlertId, AlertRecord } from '../../src/domain/alert.js';

const BTree = sortedBTree.default;

/** Alerts as they were at one moment. */
export interface AlertsThen {
  has(id: AlertId): boolean;
  /** Those that were raised before `before`, newest first; what is not asked for is not looked at. */
  newestFirst(before: AlertId | undefined): Iterable<AlertRecord>;
}

/**
 * What the disk has not got yet, each as it is now: very many while it refuses writes. A page of them costs what the page
 * costs, and not what there are.
 */
export class UnstoredAlerts {
  /** In the order in which they changed first. */
  readonly #records = new Map<AlertId, AlertRecord>();
  /** The same, by the order in which they were raised. */
  readonly #inOrder = new BTree<AlertId, AlertRecord>(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0));

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
    this.#inOrder.set(record.alert.id, record);
  }

  delete(id: AlertId): void {
    this.#records.delete(id);
    this.#inOrder.delete(id);
  }

  /** Costs nothing now: what changes later on is copied then. */
  now(): AlertsThen {
    const records = this.#inOrder.clone();
    return {
      has: (id) => records.has(id),
      *newestFirst(before) {
        for (const [, record] of records.entriesReversed(before, undefined, true)) yield record;
      },
    };
  }
}
