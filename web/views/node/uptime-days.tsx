import type { Api } from '../../../src/client/api/index.js';
import { formatDay, formatRatio, formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';

/** Uptime of each of the last 90 days. A bar is as high as the share of failure, so colour is not all that tells. */
export function UptimeDays({ report }: { readonly report: Api.UptimeReport }) {
  const { uptime, days } = report;
  return (
    <section class="card" aria-labelledby="uptime">
      <div class="card-head">
        <h2 id="uptime">{t.uptime}</h2>
        <span>
          <b>{uptime.ratio === null ? t.unknown : formatRatio(uptime.ratio)}</b>{' '}
          <span class="dim small">{t.inDays(days.length)}</span>
        </span>
      </div>
      <ol class="days" aria-label={t.uptimeByDay}>
        {days.map((day) => (
          <li key={day.date} data-kind={kindOf(day)} title={sentenceOn(day)}>
            <span class="hidden">{sentenceOn(day)}</span>
          </li>
        ))}
      </ol>
      <p class="days-axis dim small" aria-hidden="true">
        <span>{days[0] === undefined ? '' : formatDay(days[0].date)}</span>
        <span>{t.today}</span>
      </p>
    </section>
  );
}

function kindOf({ ratio, failedSeconds }: Api.UptimeDay): string {
  if (ratio === null) return 'unknown';
  if (failedSeconds === 0) return 'fine';
  return ratio > 0.95 ? 'some' : 'bad';
}

function sentenceOn({ date, ratio, failedSeconds }: Api.UptimeDay): string {
  const day = formatDay(date);
  if (ratio === null) return `${day}: ${t.notWatched}`;
  if (failedSeconds === 0) return `${day}: ${formatRatio(ratio)}`;
  return `${day}: ${formatRatio(ratio)}, ${t.failedFor} ${formatSeconds(failedSeconds)}`;
}
