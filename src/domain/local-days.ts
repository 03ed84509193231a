import { instant, type Instant, type Millis } from './time.js';
import { instantOf, offsetAt, type LocalTime } from './time-zone.js';

/** A day by the clocks of a time zone. It has 24 hours, or 23 or 25 where the clocks change. */
export interface LocalDay {
  /** As in `2026-11-30`. */
  readonly date: string;
  readonly from: Instant;
  readonly to: Instant;
}

const DAY: Millis = 86_400_000;

/** The beginning of the day that is so many days before the one of an instant. */
export function beginningOfDay(zone: string, at: Instant, daysBefore = 0): Instant {
  return instantOf(zone, midnightOf(zone, at) - daysBefore * DAY).at;
}

/**
 * The days of a range, cut at its ends. A day begins at its first midnight; where the clocks skip that, at the change. A
 * date that a zone left out, as Samoa did in 2011, is no day.
 */
export function localDaysIn(zone: string, from: Instant, to: Instant): readonly LocalDay[] {
  const days: LocalDay[] = [];
  let midnight = midnightOf(zone, from);
  let begin = from;
  while (begin < to) {
    midnight += DAY;
    const end = instantOf(zone, midnight).at;
    const day = { from: begin, to: instant(Math.min(end, to)) };
    if (day.from < day.to) days.push({ date: dateOf(midnight - DAY), ...day });
    begin = end;
  }
  return days;
}

/** Whether a range is longer than so many times 24 hours. */
export function hasMoreDays(from: Instant, to: Instant, most: number): boolean {
  return (to - from) / DAY > most;
}

function midnightOf(zone: string, at: Instant): LocalTime {
  const local = at + offsetAt(zone, at);
  const midnight = local - (((local % DAY) + DAY) % DAY);
  // Where midnight comes twice, the clocks show the end of the day before again.
  return instantOf(zone, midnight + DAY).at <= at ? midnight + DAY : midnight;
}

function dateOf(midnight: LocalTime): string {
  return new Date(midnight).toISOString().slice(0, 10);
}

/** The instant as people write it, with how far the clocks of the zone are ahead: `2026-11-30T04:00:00+01:00`. */
export function localIso(zone: string, at: Instant): string {
  const offset = offsetAt(zone, at);
  const local = new Date(at + offset).toISOString().slice(0, 19);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${local}${offset < 0 ? '-' : '+'}${hours ?? ''}:${rest ?? ''}`;
}
