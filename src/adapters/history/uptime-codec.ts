import type { NodeName } from '../../domain/node-name.js';
import { instant, type Instant } from '../../domain/time.js';
import { noTime, type Uptime } from '../../domain/uptime.js';
import { QUARTER, QUARTERS, totalsOf, utcDayOf, type UptimeDay } from '../../domain/uptime-day.js';
import type { KeyRange, OrderedStore } from '../../ports/ordered-store.js';
import { COUNT } from './binary.js';
import { countAt } from './fields.js';
import { KIND } from './format.js';
import { MOMENT_KEY, momentKey, momentsOf } from './node-past-codec.js';
import { entries } from './sealed-store.js';
import { DamagedRecord } from './store-errors.js';

/*
 * Uptime of nodes by UTC days.
 *
 * | key                          | value                                                                  |
 * |------------------------------|------------------------------------------------------------------------|
 * | UPTIME_DAY, length, name, at | totals, and behind them runs of quarters of an hour that are alike     |
 *
 * A run is how many they are, a byte that says which numbers are above 0, and these in three bytes each.
 */
const { UPTIME_DAY } = KIND;

/** In milliseconds, but the incidents. Their order is on disk. */
const NUMBERS = [
  'active',
  'inactive',
  'failed',
  'paused',
  'blind',
  'maintenance',
  'silenced',
  'incidents',
] as const satisfies readonly (keyof Uptime | 'incidents')[];
type Numbers = Readonly<Record<(typeof NUMBERS)[number], number>>;

const uptimeRecord = {
  kind: UPTIME_DAY,
  key: MOMENT_KEY,
  value: NUMBERS.map((name, index) => ({ name, ...countAt(index * COUNT) })),
};
const TOTALS = NUMBERS.length * COUNT;
const HEAD = 2;
const NUMBER = 3;
const MOST = 2 ** (8 * NUMBER) - 1;

export function uptimeDaysOf(node: NodeName): KeyRange {
  return momentsOf(UPTIME_DAY, node);
}

export function uptimeDayKey(node: NodeName, from: Instant): Buffer {
  return momentKey(UPTIME_DAY, node, from);
}

export function uptimeDayValue(day: UptimeDay): Buffer {
  const totals = totalsOf(day);
  const sums: Numbers = { ...totals.uptime, incidents: totals.incidents };
  const runs = day.quarters.map((run) => ({
    count: run.count,
    numbers: { ...run.uptime, incidents: run.incidents } satisfies Numbers,
  }));
  const present = runs.map(({ numbers }) => NUMBERS.filter((name) => numbers[name] > 0));
  const size = present.reduce((sum, names) => sum + HEAD + names.length * NUMBER, TOTALS);
  const value = Buffer.allocUnsafe(size);
  for (const field of uptimeRecord.value) field.put(value, sums[field.name]);
  let at = TOTALS;
  for (const [index, { count, numbers }] of runs.entries()) {
    const names = present[index] ?? [];
    value[at++] = count;
    value[at++] = names.reduce((bits, name) => bits | (1 << NUMBERS.indexOf(name)), 0);
    for (const name of names) at = value.writeUIntBE(Math.min(MOST, numbers[name]), at, NUMBER);
  }
  return value;
}

/** @throws DamagedRecord if it cannot be read */
export function uptimeDayFrom(key: Buffer, value: Buffer): UptimeDay {
  const from = MOMENT_KEY.at.take(key);
  const quarters: UptimeDay['quarters'][number][] = [];
  let length = 0;
  try {
    for (let at = TOTALS; at < value.length;) {
      const count = value.readUInt8(at++);
      const bits = value.readUInt8(at++);
      const uptime = noTime();
      let incidents = 0;
      for (const [index, name] of NUMBERS.entries()) {
        if ((bits & (1 << index)) === 0) continue;
        const number = value.readUIntBE(at, NUMBER);
        at += NUMBER;
        if (name === 'incidents') incidents = number;
        else if (number > QUARTER) throw new RangeError(`${name} is more than a quarter of an hour`);
        else uptime[name] = number;
      }
      if (count === 0) throw new RangeError('a run has no quarters');
      quarters.push({ count, uptime, incidents });
      length += count;
    }
    if (length !== QUARTERS) throw new RangeError(`it has ${String(length)} quarters of an hour`);
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
  return { from, quarters };
}

/** The stored days of a node that overlap a range, oldest first. */
export async function* storedUptimeDays(
  store: OrderedStore,
  node: NodeName,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): AsyncGenerator<readonly UptimeDay[]> {
  const range = { gte: uptimeDayKey(node, utcDayOf(from)), lt: uptimeDayKey(node, instant(to)) };
  for await (const chunk of entries(store, range, { first: 128, most: 512 }))
    yield chunk.map(([key, value]) => uptimeDayFrom(key, value));
}
