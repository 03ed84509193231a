import type { Api } from '../../../src/client/api/index.js';
import { formatDuration, formatNumber, formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { State } from '../../parts/state.js';
import { Instant } from '../../parts/time.js';

/** The API has more. */
const MOST = 10;

/** When it had failed, for how long, why, and who took care of it. */
export function Incidents({ report }: { readonly report: Api.UptimeReport }) {
  const { incidentsTotal } = report;
  const incidents = report.incidents.slice(0, MOST);
  return (
    <section class="card" aria-labelledby="incidents">
      <div class="card-head">
        <h2 id="incidents">{t.incidents}</h2>
        {incidentsTotal > incidents.length && (
          <span class="dim small">{t.ofAll(incidents.length, incidentsTotal)}</span>
        )}
      </div>
      {incidents.length === 0 ? (
        <p class="dim">{t.noIncidents}</p>
      ) : (
        <ul class="rows">
          {incidents.map((incident) => (
            <li key={incident.from.getTime()}>
              <div class="row-line">
                <span>
                  <Instant at={incident.from} />
                  {' – '}
                  {incident.to === null ? t.stillFailed : <Instant at={incident.to} />}
                </span>
                <span>
                  {incident.to === null
                    ? ''
                    : formatDuration(incident.to.getTime() - incident.from.getTime())}
                </span>
              </div>
              <p class="dim small">{remarksOn(incident)}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function remarksOn({ cause, reason, acknowledged }: Api.Incident): string {
  return [
    reason ?? (cause === null ? undefined : CAUSES[cause]),
    acknowledged === null
      ? undefined
      : t.acknowledgedBy(acknowledged.by) +
        (acknowledged.reason === undefined ? '' : `: ${acknowledged.reason}`),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** Why a state has changed, where no reason was given. */
export const CAUSES: Readonly<Record<Api.Flip['cause'], string>> = {
  silence: t.causeSilence,
  heartbeat: t.causeHeartbeat,
  report: t.causeReport,
};

/** The changes of its state, the latest first. */
export function Flips({ flips }: { readonly flips: readonly Api.Flip[] }) {
  return (
    <section class="card" aria-labelledby="flips">
      <h2 id="flips">{t.flips}</h2>
      {flips.length === 0 ? (
        <p class="dim">{t.noFlips}</p>
      ) : (
        <ul class="rows">
          {flips.map((flip) => (
            <li class="flip-row" key={`${flip.at.getTime()} ${flip.to}`}>
              <State state={flip.to} />
              <span class="dim">
                {flip.reason ?? CAUSES[flip.cause]}
                {flip.blindSeconds > 0 && `, ${t.blindFor(formatSeconds(flip.blindSeconds))}`}
              </span>
              <span>
                <Instant at={flip.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The pings of its job that are kept, the latest first. */
export function Pings({ pings }: { readonly pings: readonly Api.Ping[] }) {
  return (
    <section class="card" aria-labelledby="pings">
      <h2 id="pings">{t.pings}</h2>
      <ul class="rows">
        {pings.map((ping) => (
          <li class="flip-row" key={ping.n}>
            <span>{kindOf(ping)}</span>
            <span class="dim">
              {[
                ping.duration === null ? undefined : t.took(formatSeconds(ping.duration)),
                ping.bytes === 0 ? undefined : t.bytes(formatNumber(ping.bytes)),
              ]
                .filter((part) => part !== undefined)
                .join(', ')}
            </span>
            <span>
              <Instant at={ping.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function kindOf({ kind, exitStatus }: Api.Ping): string {
  if (kind === 'exit') return t.exitStatus(exitStatus ?? 0);
  return { success: t.pingSuccess, start: t.pingStart, fail: t.pingFail, log: t.pingLog }[kind];
}
