import { instant, type Instant, type Millis } from './time.js';

/**
 * A local time: the milliseconds from 1970-01-01T00:00 by the clocks of a time zone. Its fields are those of a `Date` of
 * this number in UTC.
 */
export type LocalTime = number;

const DAY: Millis = 86_400_000;

/** The most formatters kept, one per zone: a caller may name all zones there are. Each takes some 20 kB. */
const MOST_KEPT = 50;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether it is a name of the IANA time zone database. An offset, such as `+02:00`, has no rules, and is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** How far the clocks of the zone are ahead of UTC. */
export function offsetAt(zone: string, at: Instant): Millis {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?/.exec(formatterOf(zone).format(at)) ?? [];
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}

/**
 * The instant of a local time. One that the clocks show twice is the first of the two; one that they skip is as long
 * after the change as it would have been.
 */
export function instantOf(
  zone: string,
  local: LocalTime,
): { readonly at: Instant; readonly isSkipped: boolean } {
  const before = offsetAt(zone, instant(local - DAY));
  const after = offsetAt(zone, instant(local + DAY));
  const byBefore = instant(local - before);
  if (before === after || offsetAt(zone, byBefore) === before) return { at: byBefore, isSkipped: false };
  const byAfter = instant(local - after);
  if (offsetAt(zone, byAfter) === after) return { at: byAfter, isSkipped: false };
  return { at: byBefore, isSkipped: true };
}

/** The local time as people write it, such as `2026-11-30 04:00`. */
export function localText(zone: string, at: Instant): { readonly date: string; readonly time: string } {
  const text = new Date(at + offsetAt(zone, at)).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

/** @throws RangeError if there is no such zone */
function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const [oldest] = formatters.keys();
  if (oldest !== undefined && formatters.size >= MOST_KEPT) formatters.delete(oldest);
  formatters.set(zone, made);
  return made;
}
