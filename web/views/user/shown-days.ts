import { addDays, dateOf, dayIn, startOfDay, startOfWeek } from '../../daemon/days.js';
import { hrefTo } from '../../router.js';

const WEEKS = 13;
const RANGES = { '7d': 7, '30d': 30 } as const;

type RangeName = keyof typeof RANGES;

/** Which weeks the calendar shows, and which of its days the time axis. */
export interface ShownDays {
  /** A Monday. */
  readonly firstOfWeeks: Date;
  readonly lastOfWeeks: Date;
  /** When the last of these days ends. */
  readonly endOfWeeks: Date;
  /** The first and the last day of the time axis. */
  readonly first: Date;
  readonly last: Date;
  /** What the address says: the last day of the weeks, the length of the axis, and a single day in place of it. */
  readonly to: string | undefined;
  readonly range: RangeName;
  readonly day: string | undefined;
  /** The last days of the weeks before these, and of those after, unless they lie in the future. */
  readonly earlier: string;
  readonly later: string | undefined;
}

/** A day that lies in the future is today. */
export function shownDays(query: URLSearchParams, now: Date): ShownDays {
  const today = startOfDay(now);
  const asked = [dayIn(query.get('day')), dayIn(query.get('to'))];
  const [day, to] = asked.map((each) => (each === undefined || each > today ? undefined : each));
  const span = (WEEKS - 1) * 7;
  const isToday = day === undefined || day >= startOfWeek(addDays(today, -span));
  const last = to ?? (isToday ? today : day);
  const range: RangeName = query.get('range') === '30d' ? '30d' : '7d';
  const firstOfWeeks = startOfWeek(addDays(last, -span));
  const isInside = day !== undefined && day >= firstOfWeeks && day <= last;
  const later = addDays(last, WEEKS * 7);
  return {
    firstOfWeeks,
    lastOfWeeks: last,
    endOfWeeks: addDays(last, 1),
    first: isInside ? day : addDays(last, 1 - RANGES[range]),
    last: isInside ? day : last,
    to: last < today ? dateOf(last) : undefined,
    range,
    day: isInside ? dateOf(day) : undefined,
    earlier: dateOf(addDays(firstOfWeeks, -1)),
    later: last < today ? dateOf(later < today ? later : today) : undefined,
  };
}

/** The address of a user with these days. What is usual is left out. */
export function hrefOf(id: string, { to, range, day }: Pick<ShownDays, 'to' | 'range' | 'day'>): string {
  return hrefTo(['users', id], { to, range: range === '7d' ? undefined : range, day });
}
