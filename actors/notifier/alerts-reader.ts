import type { AlertId, AlertRecord } from '../../src/domain/alert.js';
import type { AlertRange, Outbox } from '../../src/ports/outbox.js';

/** Alerts as they are now, newest first: those that the disk has not got yet in place of what is there. */
export async function* readAlerts(
  outbox: Pick<Outbox, 'alerts'>,
  unstored: ReadonlyMap<AlertId, AlertRecord>,
  range: AlertRange,
): AsyncGenerator<readonly AlertRecord[]> {
  const recent = new Map(unstored);
  const left = [...recent.values()]
    .filter((record) => isWithin(record, range))
    .sort((a, b) => (a.alert.id < b.alert.id ? 1 : -1));
  let first = 0;
  for await (const chunk of outbox.alerts(range)) {
    const merged: AlertRecord[] = [];
    for (const record of chunk) {
      if (recent.has(record.alert.id)) continue;
      for (
        let next = left[first];
        next !== undefined && next.alert.id > record.alert.id;
        next = left[++first]
      )
        merged.push(next);
      merged.push(record);
    }
    if (merged.length > 0) yield merged;
  }
  if (first < left.length) yield left.slice(first);
}

function isWithin({ alert: { id }, deliveries }: AlertRecord, { states, before, from }: AlertRange): boolean {
  if (before !== undefined && id >= before) return false;
  if (from !== undefined && id < from) return false;
  return states === undefined || deliveries.some(({ state }) => states.includes(state));
}
