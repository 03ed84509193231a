import type { Api } from '../../../src/client/api/index.js';
import { formatMilliseconds, formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Shape } from '../../parts/state.js';
import { Instant } from '../../parts/time.js';

/** The axis has more. */
const MOST = 8;
const EVERY = 30;

interface ProbesProps {
  readonly probe: NonNullable<Api.Node['probe']>;
  /** The latest first. */
  readonly results: readonly Api.ProbeResult[];
}

/** What the daemon's probes of a node have found. */
export function Probes({ probe, results }: ProbesProps) {
  return (
    <section class="card" aria-labelledby="probes">
      <div class="card-head">
        <h2 id="probes">{t.probes}</h2>
        <span class="dim small target">
          {t.probeOf(targetOf(probe), formatSeconds(probe.every ?? EVERY))}
        </span>
      </div>
      {results.length === 0 ? (
        <p class="dim">{t.noProbeYet}</p>
      ) : (
        <ul class="rows">
          {results.slice(0, MOST).map((result) => (
            <li class="flip-row" key={result.at.getTime()}>
              <span class="state">
                <Shape state={result.passed ? 'active' : 'failed'} />
                {result.passed ? t.passed : t.probeFailed}
              </span>
              <span class="dim">{remarksOn(result).join(', ')}</span>
              <span>
                <Instant at={result.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function targetOf(probe: ProbesProps['probe']): string {
  if ('http' in probe) return probe.http;
  if ('tcp' in probe) return `TCP ${probe.tcp}`;
  if ('tls' in probe) return `TLS ${probe.tls}`;
  return `DNS ${probe.dns}`;
}

function remarksOn({
  reason,
  duration,
  timings,
  status,
  certificateDays,
}: Api.ProbeResult): readonly string[] {
  const parts = [
    [t.probeResolve, timings.resolve],
    [t.probeConnect, timings.connect],
    [t.probeTls, timings.tls],
    [t.probeAnswer, timings.answer],
  ] as const;
  const taken = parts.flatMap(([name, seconds]) =>
    seconds === undefined ? [] : [`${name} ${formatMilliseconds(seconds)}`],
  );
  return [
    ...(reason === undefined ? [] : [reason]),
    formatMilliseconds(duration) + (taken.length === 0 ? '' : ` (${taken.join(', ')})`),
    ...(status === undefined ? [] : [t.probeStatus(status)]),
    ...(certificateDays === undefined ? [] : [t.certificateLeft(certificateDays)]),
  ];
}
