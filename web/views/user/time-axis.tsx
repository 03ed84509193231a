import type { Api } from '../../../src/client/api/index.js';
import { shareOfDay, type Day } from '../../daemon/days.js';
import { formatClock, formatDuration, formatLocalDay } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { sentenceOn } from './calendar.js';

const HOURS = [0, 6, 12, 18, 24];
/** A session of a second is seen, too. */
const LEAST = 0.25;

interface TimeAxisProps {
  readonly days: readonly Day[];
  readonly sessions: readonly Api.Session[];
  readonly now: Date;
}

/** A line for each day, the newest first, with the hours by the reader's clocks. */
export function TimeAxis({ days, sessions, now }: TimeAxisProps) {
  return (
    <div class="axis" data-days={days.length > 10 ? 'many' : days.length === 1 ? 'one' : undefined}>
      <div class="axis-hours dim small" aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
      <ol>
        {days.toReversed().map((day) => (
          <li class="axis-day" key={day.date}>
            <span class="dim small">{formatLocalDay(day.from)}</span>
            <AxisOf day={day} sessions={sessions} now={now} />
            <span class="dim small axis-total">{day.online === 0 ? '' : formatDuration(day.online)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function AxisOf({ day, sessions, now }: { readonly day: Day } & Omit<TimeAxisProps, 'days'>) {
  const inside = sessions.filter(({ onlineAt, offlineAt }) => onlineAt < day.to && offlineAt > day.from);
  return (
    <svg viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={sentenceOn(day)}>
      {HOURS.slice(1, -1).map((hour) => (
        <line key={hour} x1={(hour / 24) * 100} x2={(hour / 24) * 100} y1="0" y2="20" />
      ))}
      {inside.map(({ onlineAt, offlineAt }) => {
        const end = offlineAt < now ? offlineAt : now;
        const from = onlineAt < day.from ? 0 : shareOfDay(onlineAt) * 100;
        const to = end >= day.to ? 100 : shareOfDay(end) * 100;
        return (
          <rect key={onlineAt.getTime()} x={from} width={Math.max(LEAST, to - from)} y="0" height="20">
            <title>{`${formatClock(onlineAt)} – ${offlineAt < now ? formatClock(offlineAt) : t.stillOnline}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
