import { useMemo } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useNow, useSession } from '../../daemon/context.js';
import { daysOf, type Day } from '../../daemon/days.js';
import { useSessions } from '../../daemon/users.js';
import { formatDays, formatDuration, formatLocalDay, formatNumber } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Chips } from '../../parts/chips.js';
import { Read } from '../../parts/read.js';
import { hrefTo } from '../../router.js';
import { Calendar } from './calendar.js';
import { hrefOf, shownDays, type ShownDays } from './shown-days.js';
import { SessionList } from './session-list.js';
import { TimeAxis } from './time-axis.js';

const MINUTE = 60_000;

interface UserSessionsProps {
  readonly id: string;
  readonly status: string;
  readonly query: URLSearchParams;
}

/** When the user was online: a calendar of weeks, and below it the chosen days hour by hour. */
export function UserSessions({ id, status, query }: UserSessionsProps) {
  const { live } = useSession();
  const minute = useNow(MINUTE);
  const shown = useMemo(() => shownDays(query, minute), [query, minute]);
  const sessions = useSessions(id, shown.firstOfWeeks, shown.endOfWeeks, status);
  const { value } = sessions;
  // An open session has grown when it is read again, and with the minutes.
  const now = useMemo(() => live.now(), [live, minute, value]);
  const days = useMemo(
    () => daysOf(shown.firstOfWeeks, shown.lastOfWeeks, value?.sessions ?? [], now),
    [shown, value, now],
  );
  const chosen = days.filter(({ from }) => from >= shown.first && from <= shown.last);
  return (
    <section class="card" aria-labelledby="sessions">
      <div class="card-head">
        <h2 id="sessions">{t.sessions}</h2>
        <WeekPager id={id} shown={shown} />
      </div>
      <Read query={sessions}>
        {(read) => (
          <>
            <div class="weeks">
              <Calendar
                days={days}
                hrefOfDay={(day) => hrefOf(id, { ...shown, day })}
                shown={shown}
                now={now}
              />
              <Totals days={days} sessions={read.sessions.length} />
            </div>
            {read.hasMore && <Cut sessions={read.sessions} />}
            <Ranges id={id} shown={shown} />
            <div class="card-head axis-head">
              <h3>
                {shown.first < shown.last ? formatDays(shown.first, shown.last) : formatLocalDay(shown.first)}
              </h3>
              <span class="dim">
                {t.totalOnline(formatDuration(chosen.reduce((sum, day) => sum + day.online, 0)))}
              </span>
            </div>
            <TimeAxis days={chosen} sessions={read.sessions} now={now} />
            <SessionList sessions={read.sessions} shown={shown} now={now} />
          </>
        )}
      </Read>
    </section>
  );
}

/** Of the weeks of the calendar. */
function Totals({ days, sessions }: { readonly days: readonly Day[]; readonly sessions: number }) {
  const online = days.reduce((sum, day) => sum + day.online, 0);
  const figures = [
    { name: t.timeOnline, text: formatDuration(online) },
    { name: t.sessions, text: formatNumber(sessions) },
    { name: t.daysOnline, text: t.daysOf(days.filter((day) => day.sessions > 0).length, days.length) },
  ];
  return (
    <dl class="figures">
      {figures.map(({ name, text }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="figure">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A user may have more sessions than a page should read. */
function Cut({ sessions }: { readonly sessions: readonly Api.Session[] }) {
  const oldest = sessions.at(-1);
  if (oldest === undefined) return null;
  return <p class="small after">{t.newestSessions(sessions.length, formatLocalDay(oldest.onlineAt))}</p>;
}

function WeekPager({ id, shown }: { readonly id: string; readonly shown: ShownDays }) {
  return (
    <nav class="week-pager small" aria-label={t.calendarPages}>
      <a href={hrefTo(['users', id], { to: shown.earlier })}>{t.earlier}</a>
      <span class="dim">{formatDays(shown.firstOfWeeks, shown.lastOfWeeks)}</span>
      {shown.later !== undefined && <a href={hrefTo(['users', id], { to: shown.later })}>{t.later}</a>}
    </nav>
  );
}

function Ranges({ id, shown }: { readonly id: string; readonly shown: ShownDays }) {
  const ranges = [
    ['7d', t.week],
    ['30d', t.month],
  ] as const;
  return (
    <div class="after">
      <Chips
        label={t.rangeLabel}
        chips={[
          ...ranges.map(([range, text]) => ({
            href: hrefOf(id, { ...shown, range, day: undefined }),
            text,
            isCurrent: shown.day === undefined && shown.range === range,
          })),
          ...(shown.day === undefined
            ? []
            : [{ href: hrefOf(id, shown), text: formatLocalDay(shown.first), isCurrent: true }]),
        ]}
      />
    </div>
  );
}
