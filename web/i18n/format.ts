import { locale } from './messages.js';

/** Numbers, times and durations as the reader's language and time zone have them. */
const number = new Intl.NumberFormat(locale);
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(locale, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  { unit: 'day', length: DAY },
  { unit: 'hour', length: HOUR },
  { unit: 'minute', length: MINUTE },
  { unit: 'second', length: SECOND },
] as const;

const units = Object.fromEntries(
  UNITS.map(({ unit }) => [
    unit,
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: 0 }),
  ]),
);

const ratio = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Never rounded up to all of the time: that would hide a failure. */
export function formatRatio(share: number): string {
  return ratio.format(Math.floor(share * 10_000) / 10_000);
}

/** @param date as in `2026-11-30` */
export function formatDay(date: string): string {
  return day.format(new Date(`${date}T00:00:00Z`));
}

const localDay = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' });
const dayWithYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const month = new Intl.DateTimeFormat(locale, { month: 'short' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });

/** A day by the reader's clocks, as in `Mon, 30 Nov`. */
export function formatLocalDay(at: Date): string {
  return localDay.format(at);
}

export function formatDays(from: Date, to: Date): string {
  return dayWithYear.formatRange(from, to);
}

const moment = new Intl.DateTimeFormat(locale, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** A time with both its ends; the day once, where it is one. */
export function formatSpan(from: Date, to: Date): string {
  return moment.formatRange(from, to);
}

export function formatMoment(at: Date): string {
  return moment.format(at);
}

export function formatMonth(at: Date): string {
  return month.format(at);
}

export function formatWeekday(at: Date): string {
  return weekday.format(at);
}

export function formatClock(at: Date): string {
  return clock.format(at);
}

const minute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });

/** A line of an axis of time, to a second, a minute or a day. */
export function formatTick(at: Date, to: 'second' | 'minute' | 'day'): string {
  return { second: clock, minute, day: shortDay }[to].format(at);
}

export function formatNumber(value: number): string {
  return number.format(value);
}

/** The two largest units: `2d 4h`, `12m`. Seconds are left out above ten minutes. */
export function formatDuration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  const at = UNITS.findIndex((each) => length >= each.length);
  const [largest, next] = at < 0 ? UNITS.slice(-1) : UNITS.slice(at);
  if (largest === undefined) return '';
  const many = Math.floor(length / largest.length);
  const rest = next === undefined ? 0 : Math.floor((length % largest.length) / next.length);
  const isFine = next?.unit === 'second' && many >= 10;
  const parts = [units[largest.unit]?.format(many)];
  if (next !== undefined && rest > 0 && !isFine) parts.push(units[next.unit]?.format(rest));
  return parts.join(' ');
}

/** To a tenth below ten seconds. */
export function formatSeconds(seconds: number): string {
  return seconds >= 10
    ? formatDuration(seconds * SECOND)
    : new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: 'second',
        unitDisplay: 'narrow',
        maximumFractionDigits: 1,
      }).format(seconds);
}

/** Of something that mostly takes less than a second. */
export function formatMilliseconds(seconds: number): string {
  if (seconds >= 1) return formatSeconds(seconds);
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'millisecond',
    unitDisplay: 'narrow',
    maximumFractionDigits: 0,
  }).format(seconds * 1000);
}

/** The time of a day within the last half of one, else with its date. */
export function formatInstant(at: Date, now: Date): string {
  return Math.abs(now.getTime() - at.getTime()) < DAY / 2 ? clock.format(at) : dayAndClock.format(at);
}

export function formatWhole(at: Date): string {
  return whole.format(at);
}

const BYTES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function formatBytes(bytes: number): string {
  const power = Math.min(BYTES.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: BYTES[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}
