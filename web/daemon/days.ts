import type { Api } from '../../src/client/api/index.js';

/*
 * Days by the clocks of the reader's time zone. A day on which the clocks change has 23 or 25 hours.
 */

const DAY = 86_400_000;
const DAYS_OF_WEEK = 7;

/** A day, and how long the user was online in it. */
export interface Day {
  /** As in `2026-11-30`. */
  readonly date: string;
  readonly from: Date;
  readonly to: Date;
  /** Milliseconds. */
  readonly online: number;
  /** Sessions that touch it. */
  readonly sessions: number;
}

export function startOfDay(at: Date): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate());
}

export function addDays(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

/** Weeks begin on Monday. */
export function startOfWeek(at: Date): Date {
  return addDays(at, -((at.getDay() + DAYS_OF_WEEK - 1) % DAYS_OF_WEEK));
}

export function dateOf(day: Date): string {
  const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

/** @returns undefined if the text is no date */
export function dayIn(text: string | null): Date | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? '') ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const found = new Date(Number(year), Number(month) - 1, Number(day));
  return dateOf(found) === text ? found : undefined;
}

/** The share of a day that has passed by its clocks: 0 at midnight, 0.5 at noon, also on a day of 23 hours. */
export function shareOfDay(at: Date): number {
  return (at.getHours() * 3600 + at.getMinutes() * 60 + at.getSeconds()) / 86_400;
}

/**
 * The days from one to another, both included, with the sessions in them.
 *
 * @param now where an open session is cut, whose end lies in the future
 */
export function daysOf(first: Date, last: Date, sessions: readonly Api.Session[], now: Date): readonly Day[] {
  const days: { date: string; from: Date; to: Date; online: number; sessions: number }[] = [];
  for (let from = startOfDay(first); from <= last; from = addDays(from, 1))
    days.push({ date: dateOf(from), from, to: addDays(from, 1), online: 0, sessions: 0 });
  const [{ from: begin } = { from: first }] = days;
  for (const { onlineAt, offlineAt } of sessions) {
    const end = Math.min(offlineAt.getTime(), now.getTime());
    // Clocks change by hours, so a session may lie one day beside this.
    const at = Math.floor((onlineAt.getTime() - begin.getTime()) / DAY) - 1;
    for (const day of days.slice(Math.max(0, at))) {
      if (day.from > onlineAt && day.from.getTime() >= end) break;
      if (day.to <= onlineAt) continue;
      day.online += Math.max(
        0,
        Math.min(end, day.to.getTime()) - Math.max(onlineAt.getTime(), day.from.getTime()),
      );
      day.sessions++;
    }
  }
  return days;
}
