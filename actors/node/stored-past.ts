import { instant, type Instant } from '../../src/domain/time.js';
import type { TimeSink } from '../../src/domain/uptime.js';
import { tellDay, utcDayOf } from '../../src/domain/uptime-day.js';
import type { HistoryStore } from '../../src/ports/history-store.js';

import type { DescribedNode } from './node.protocol.js';

export type StoredDays = Pick<HistoryStore, 'uptimeDays' | 'uptimeMarks'>;

/**
 * Tells the part of a node's past whose flips were pruned, from its stored days. See decision 219.
 *
 * @param began called with incidents that began
 * @param range which may begin before the node was registered
 * @returns from where flips are kept, and from where anything is known: both within the range, and of the node
 */
export async function tellStoredPast(
  store: StoredDays,
  { name, registeredAt }: Pick<DescribedNode, 'name' | 'registeredAt'>,
  range: { readonly from: Instant; readonly to: Instant },
  sink: TimeSink,
  began: (at: Instant, incidents: number) => void = () => undefined,
): Promise<{ readonly flipsFrom: Instant; readonly knownFrom: Instant }> {
  const marks = await store.uptimeMarks();
  const { to } = range;
  const first = Math.max(range.from, registeredAt);
  const flipsFrom = instant(Math.max(first, Math.min(to, marks.flipsFrom ?? -Infinity)));
  if (flipsFrom === first) return { flipsFrom, knownFrom: flipsFrom };
  // The quarter of an hour in which the node was registered is no part of one: it has no time before.
  const stored = { from: range.from > registeredAt ? range.from : utcDayOf(registeredAt), to: flipsFrom };
  let knownFrom = flipsFrom;
  for await (const days of store.uptimeDays(name, stored))
    for (const day of days) {
      knownFrom = instant(Math.min(knownFrom, Math.max(first, day.from)));
      tellDay(day, stored, sink, began);
    }
  return { flipsFrom, knownFrom };
}
