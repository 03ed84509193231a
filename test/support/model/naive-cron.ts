/** Cron by looking at every minute: slow, and nothing of it is the daemon's. */

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function numbersIn(
  field: string,
  lowest: number,
  highest: number,
  names: readonly string[] = [],
): Set<number> {
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toLowerCase());
    return named < 0 ? Number(text) : named + lowest;
  };
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [first = '', last] = range.split('-');
    const from = first === '*' ? lowest : numberOf(first);
    const to = first === '*' ? highest : last === undefined ? from : numberOf(last);
    for (let number = from; number <= to; number += Number(step)) numbers.add(number);
  }
  return numbers;
}

/** Whether a local time, as if it were UTC, matches. Day of the month and day of the week: either, if both are given. */
function matcher(expression: string): (local: number) => boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
  const minutes = numbersIn(minute, 0, 59);
  const hours = numbersIn(hour, 0, 23);
  const days = numbersIn(day, 1, 31);
  const months = numbersIn(month, 1, 12, MONTHS);
  const weekdays = numbersIn(weekday, 0, 7, DAYS);
  if (weekdays.has(7)) weekdays.add(0);
  return (local) => {
    const at = new Date(local);
    const isDay = days.has(at.getUTCDate());
    const isWeekday = weekdays.has(at.getUTCDay());
    const fits = day === '*' || weekday === '*' ? isDay && isWeekday : isDay || isWeekday;
    return (
      fits &&
      minutes.has(at.getUTCMinutes()) &&
      hours.has(at.getUTCHours()) &&
      months.has(at.getUTCMonth() + 1)
    );
  };
}

/** What the clocks of a zone show, as if it were UTC. */
function clockOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!;
    return Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'));
  };
}

/**
 * All instants of some cron expressions from one instant to another, in order. A local time that the clocks show twice
 * counts at the first; one that they skip as long after the change as it would have been.
 */
export function naiveTimes(expressions: readonly string[], zone: string, from: number, to: number): number[] {
  const clock = clockOf(zone);
  const matches = expressions.map(matcher);
  const times = new Set<number>();
  const begin = Math.floor((from - 2 * DAY) / MINUTE) * MINUTE;
  const consider = (local: number, at: number): void => {
    if (at >= from && at < to && matches.some((match) => match(local))) times.add(at);
  };
  // The latest local time that has been shown. What is not later has been shown, or skipped, before.
  let latest = clock(begin) - MINUTE;
  for (let at = begin; at < to; at += MINUTE) {
    const shown = clock(at);
    for (let skipped = latest + MINUTE; skipped < shown; skipped += MINUTE)
      consider(skipped, at + skipped - latest - MINUTE);
    if (shown > latest) consider(shown, at);
    latest = Math.max(latest, shown);
  }
  return [...times].sort((one, other) => one - other);
}

const known = new Map<string, readonly number[]>();

/** Instants of a year just after the clocks of a zone were changed. */
export function changesIn(zone: string, year: number): readonly number[] {
  const key = `${zone} ${year}`;
  const found = known.get(key) ?? findChanges(zone, year);
  known.set(key, found);
  return found;
}

function findChanges(zone: string, year: number): readonly number[] {
  const clock = clockOf(zone);
  const changes: number[] = [];
  let offset: number | undefined;
  for (let at = Date.UTC(year, 0); at < Date.UTC(year + 1, 0); at += 60 * MINUTE) {
    const now = clock(at) - at;
    if (offset !== undefined && now !== offset) changes.push(at);
    offset = now;
  }
  return changes;
}
