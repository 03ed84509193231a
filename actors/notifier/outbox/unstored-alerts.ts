import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import { SortedAlerts } from '../sorted-alerts.js';

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
