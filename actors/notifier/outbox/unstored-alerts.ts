import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import { SortedAlerts } from '../sorted-alerts.js';

/**
 * What the disk has not got yet, each as it is now: very many while it refuses writes. A page of them costs what the page
 * costs, and not what there are.
 */
export class UnstoredAlerts {
  /** In the order in which they changed first. */
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

  /** As they are now, whatever changes later on. */
  now(): Pick<SortedAlerts, 'has' | 'newestFirst'> {
    return this.#sorted.copy();
  }
}
