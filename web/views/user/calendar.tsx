import { useRef } from 'preact/hooks';
import type { Day } from '../../daemon/days.js';
import { formatDuration, formatLocalDay, formatMonth, formatWeekday } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import type { ShownDays } from './shown-days.js';

const WEEK = 7;
/** How many days an arrow key goes: the days of a week are below each other. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  ArrowLeft: -WEEK,
  ArrowRight: WEEK,
};

interface CalendarProps {
  /** Whole weeks from a Monday on, of which the last may be cut. */
  readonly days: readonly Day[];
  readonly hrefOfDay: (date: string) => string;
  readonly shown: ShownDays;
  readonly now: Date;
}

/** A column for each week. A day is filled from below by the share of it that the user was online. */
export function Calendar({ days, hrefOfDay, shown, now }: CalendarProps) {
  const list = useRef<HTMLOListElement>(null);
  const current = days.findIndex(({ date }) => date === shown.day);
  // One stop for the tab key; arrow keys go on from there.
  const stop = current < 0 ? days.length - 1 : current;
  const step = (event: KeyboardEvent): void => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const to = links[at + (STEPS[event.key] ?? 0)];
    if (at < 0 || STEPS[event.key] === undefined || to === undefined) return;
    event.preventDefault();
    to.focus();
  };
  const weeks = days.filter((_, at) => at % WEEK === 0);
  return (
    <div class="calendar">
      <div class="calendar-months dim small" aria-hidden="true">
        {weeks.map(({ date, from }, at) => (
          <span key={date}>{isNewMonth(from, weeks[at - 1]?.from) && formatMonth(from)}</span>
        ))}
      </div>
      <div class="calendar-weekdays dim small" aria-hidden="true">
        {days.slice(0, WEEK).map(({ date, from }, at) => (
          <span key={date}>{at % 2 === 0 && formatWeekday(from)}</span>
        ))}
      </div>
      <ol class="calendar-days" ref={list} aria-label={t.calendarLabel} onKeyDown={step}>
        {days.map((day, at) => (
          <li key={day.date}>
            <a
              href={hrefOfDay(day.date)}
              aria-label={sentenceOn(day)}
              title={sentenceOn(day)}
              aria-current={day.date === shown.day ? 'date' : undefined}
              tabIndex={at === stop ? 0 : -1}
              style={{ '--share': String(shareOf(day, now)) }}
            />
          </li>
        ))}
      </ol>
      <p class="dim small calendar-note">{t.calendarMeans}</p>
    </div>
  );
}

/** A minute is seen, too. Of today, what has not passed does not count. */
function shareOf({ online, from, to }: Day, now: Date): number {
  const whole = Math.min(to.getTime(), Math.max(now.getTime(), from.getTime() + 1)) - from.getTime();
  return online === 0 ? 0 : Math.max(0.1, Math.min(1, online / whole));
}

/** For screen readers, and on hovering. */
export function sentenceOn({ from, online, sessions }: Day): string {
  const said = sessions === 0 ? t.notOnline : t.onlineInDay(formatDuration(online), t.sessionsIn(sessions));
  return `${formatLocalDay(from)}: ${said}`;
}

function isNewMonth(day: Date, before: Date | undefined): boolean {
  return before === undefined || before.getMonth() !== day.getMonth();
}
