import { earliestIdAt } from '../../domain/alert-id.js';
import {
  isOpen,
  type AlertId,
  type AlertRecord,
  type CountedAlert,
  type UnnotifiedOf,
} from '../../domain/alert.js';
import type { Instant } from '../../domain/time.js';
import { notifiedLateAt } from '../../domain/late-notification.js';
import type { NodeName } from '../../domain/node-name.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { AlertRange } from '../../ports/outbox.js';

const CHUNK = 500;

/** The alerts of a history in memory. */
export class MemoryAlerts {
  readonly #records = new Map<AlertId, AlertRecord>();
  readonly #unnotified = new Map<NodeName, UnnotifiedOf>();

  apply({ records, unnotified = [] }: Extract<HistoryRecord, { kind: 'alerts' }>): void {
    for (const record of records) this.put(record);
    for (const each of unnotified) {
      if (each.channels.length === 0) this.#unnotified.delete(each.node);
      else this.#unnotified.set(each.node, each);
    }
  }

  put(record: AlertRecord): void {
    this.#records.set(record.alert.id, record);
  }

  get unnotified(): readonly UnnotifiedOf[] {
    return [...this.#unnotified.values()];
  }

  get(id: AlertId): AlertRecord | undefined {
    return this.#records.get(id);
  }

  open(): AsyncIterable<readonly AlertRecord[]> {
    return chunked(this.#sorted().filter(({ deliveries }) => deliveries.some(isOpen)));
  }

  within({ states, before, from }: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    const found = this.#sorted().filter(
      ({ alert: { id }, deliveries }) =>
        (before === undefined || id < before) &&
        (from === undefined || id >= from) &&
        (states === undefined || deliveries.some(({ state }) => states.includes(state))),
    );
    return chunked(found.reverse());
  }

  counted(from: AlertId): AsyncIterable<readonly CountedAlert[]> {
    return this.within({ from });
  }

  notifiedLate(since: Instant): AsyncIterable<readonly AlertRecord[]> {
    return chunked(this.#sorted().filter((record) => (notifiedLateAt(record) ?? -Infinity) >= since));
  }

  prune(before: Instant, limit: number): number {
    const end = earliestIdAt(before);
    const old = this.#sorted()
      .filter(({ alert: { id }, deliveries }) => id < end && !deliveries.some(isOpen))
      .slice(0, limit);
    for (const { alert } of old) this.#records.delete(alert.id);
    return old.length;
  }

  #sorted(): AlertRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.alert.id < b.alert.id ? -1 : 1));
  }
}

async function* chunked(records: readonly AlertRecord[]): AsyncGenerator<readonly AlertRecord[]> {
  for (let at = 0; at < records.length; at += CHUNK)
    yield await Promise.resolve(records.slice(at, at + CHUNK));
}
