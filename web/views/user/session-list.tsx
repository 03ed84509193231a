import { useMemo } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { addDays } from '../../daemon/days.js';
import { formatDuration, formatMoment, formatSpan, formatWhole } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { VirtualList } from '../../parts/virtual-list.js';
import type { ShownDays } from './shown-days.js';

interface SessionListProps {
  readonly sessions: readonly Api.Session[];
  readonly shown: ShownDays;
  readonly now: Date;
}

/** The sessions of the days on the time axis, newest first. */
export function SessionList({ sessions, shown: { first, last }, now }: SessionListProps) {
  const listed = useMemo(() => {
    const end = addDays(last, 1);
    return sessions.filter(({ onlineAt, offlineAt }) => onlineAt < end && offlineAt > first);
  }, [sessions, first.getTime(), last.getTime()]);
  if (listed.length === 0) return <p class="dim">{t.noSessions}</p>;
  return (
    <VirtualList
      items={listed}
      keyOf={({ onlineAt }) => String(onlineAt.getTime())}
      label={t.sessions}
      row={({ onlineAt, offlineAt }) => {
        const isOpen = offlineAt > now;
        return (
          <div class="session-row">
            <span title={`${formatWhole(onlineAt)} – ${isOpen ? t.stillOnline : formatWhole(offlineAt)}`}>
              {isOpen ? `${formatMoment(onlineAt)} – ${t.stillOnline}` : formatSpan(onlineAt, offlineAt)}
            </span>
            <span class="dim">
              {formatDuration((isOpen ? now : offlineAt).getTime() - onlineAt.getTime())}
            </span>
          </div>
        );
      }}
    />
  );
}
