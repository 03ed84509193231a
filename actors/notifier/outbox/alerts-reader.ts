import type { AlertRecord } from '../../../src/domain/alert.js';
import type { AlertRange, Outbox } from '../../../src/ports/outbox.js';
import type { UnstoredAlerts } from './unstored-alerts.js';

const CHUNK = 500;

/**
 * Present alerts, newest first: unstored records replace those on disk.
 *
 * @param turn yields to other work while very many alerts do not match
 */
export async function* readAlerts(
  outbox: Pick<Outbox, 'alerts'>,
  unstored: Pick<UnstoredAlerts, 'now'>,
  range: AlertRange,
  turn: () => Promise<void>,
): AsyncGenerator<readonly AlertRecord[]> {
  const recent = unstored.now();
  const unread = new Ahead(recent.newestFirst(range.before), range, turn);
  await unread.advance();
  for await (const chunk of outbox.alerts(range)) {
    const merged: AlertRecord[] = [];
    for (const record of chunk) {
      if (recent.has(record.alert.id)) continue;
      for (
        let next = unread.head;
        next !== undefined && next.alert.id > record.alert.id;
        next = unread.head
      ) {
        merged.push(next);
        await unread.advance();
        if (merged.length === CHUNK) yield merged.splice(0);
      }
      merged.push(record);
    }
    if (merged.length > 0) yield merged;
  }
  const rest: AlertRecord[] = [];
  for (let next = unread.head; next !== undefined; next = unread.head) {
    rest.push(next);
    await unread.advance();
    if (rest.length === CHUNK) yield rest.splice(0);
  }
  if (rest.length > 0) yield rest;
}

/** Reads the next match before it is taken. */
class Ahead {
  readonly #records: Iterator<AlertRecord>;
  readonly #range: AlertRange;
  readonly #turn: () => Promise<void>;
  head: AlertRecord | undefined;

  constructor(newestFirst: Iterable<AlertRecord>, range: AlertRange, turn: () => Promise<void>) {
    this.#records = newestFirst[Symbol.iterator]();
    this.#range = range;
    this.#turn = turn;
  }

  async advance(): Promise<void> {
    for (let looked = 1; ; looked++) {
      const next = this.#records.next();
      const isOver = next.done === true || next.value.alert.id < (this.#range.from ?? '');
      this.head = isOver ? undefined : next.value;
      if (this.head === undefined || matches(this.head, this.#range)) return;
      if (looked % CHUNK === 0) await this.#turn();
    }
  }
}

function matches({ deliveries }: AlertRecord, { states }: AlertRange): boolean {
  return states === undefined || deliveries.some(({ state }) => states.includes(state));
}
