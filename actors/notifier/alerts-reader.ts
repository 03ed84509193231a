import type { AlertRecord } from '../../src/domain/alert.js';
import type { AlertRange, Outbox } from '../../src/ports/outbox.js';
import type { UnstoredAlerts } from './unstored-alerts.js';

const CHUNK = 500;

/** Alerts as they are now, newest first: those that the disk has not got yet in place of what is there. */
export async function* readAlerts(
  outbox: Pick<Outbox, 'alerts'>,
  unstored: Pick<UnstoredAlerts, 'now'>,
  range: AlertRange,
): AsyncGenerator<readonly AlertRecord[]> {
  const recent = unstored.now();
  const left = new Ahead(within(recent.newestFirst(range.before), range));
  for await (const chunk of outbox.alerts(range)) {
    const merged: AlertRecord[] = [];
    for (const record of chunk) {
      if (recent.has(record.alert.id)) continue;
      for (let next = left.head; next !== undefined && next.alert.id > record.alert.id; next = left.head) {
        merged.push(next);
        left.advance();
        if (merged.length === CHUNK) yield merged.splice(0);
      }
      merged.push(record);
    }
    if (merged.length > 0) yield merged;
  }
  const rest: AlertRecord[] = [];
  for (let next = left.head; next !== undefined; next = left.head) {
    rest.push(next);
    left.advance();
    if (rest.length === CHUNK) yield rest.splice(0);
  }
  if (rest.length > 0) yield rest;
}

function* within(newestFirst: Iterable<AlertRecord>, { states, from }: AlertRange): Generator<AlertRecord> {
  for (const record of newestFirst) {
    if (from !== undefined && record.alert.id < from) return;
    if (states === undefined || record.deliveries.some(({ state }) => states.includes(state))) yield record;
  }
}

/** Looks at the next item before it is taken. */
class Ahead<Item> {
  readonly #items: Iterator<Item>;
  head: Item | undefined;

  constructor(items: Iterable<Item>) {
    this.#items = items[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    const next = this.#items.next();
    this.head = next.done === true ? undefined : next.value;
  }
}
