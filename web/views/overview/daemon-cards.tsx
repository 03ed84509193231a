import type { Api } from '../../../src/client/api/index.js';
import { useQuery, useSession } from '../../daemon/context.js';
import { daemonStateOf, restartsIn, type BlindInterval } from '../../daemon/supervision.js';
import { formatBytes, formatNumber, formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Problem } from '../../parts/notice.js';
import { Shape, type ShownState } from '../../parts/state.js';
import { Elapsed, Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';

const EVERY = 15_000;
const MOST = 5;

function useDaemonState() {
  const { client } = useSession();
  return useQuery('supervision', async (signal) => daemonStateOf(await client.supervision({ signal })), {
    on: ({ type }) => type === 'daemon.blind',
    every: EVERY,
  });
}

/** When the daemon could hear nobody. */
export function BlindIntervals() {
  const { value, error } = useDaemonState();
  return (
    <section class="card" aria-labelledby="blind-intervals">
      <h2 id="blind-intervals">{t.blindIntervals}</h2>
      {value === undefined ? (
        error !== undefined && <Problem error={error} />
      ) : value.blind.length === 0 ? (
        <p class="dim">{t.noBlindIntervals}</p>
      ) : (
        <>
          <ul class="rows">
            {value.blind.slice(0, MOST).map((each) => (
              <li class="row-line" key={each.to.getTime()}>
                <span>
                  <Instant at={each.from} /> <span class="dim small">{causeOf(each)}</span>
                </span>
                <span>{formatSeconds(each.seconds)}</span>
              </li>
            ))}
          </ul>
          <p class="dim small after">{t.blindExplained}</p>
        </>
      )}
    </section>
  );
}

function causeOf({ cause }: BlindInterval): string {
  if (cause === 'stalled') return t.stalled;
  return cause === 'restarted' ? t.restarted : cause;
}

interface Condition {
  readonly state: ShownState;
  readonly text: string;
  readonly reasons: readonly string[];
}

function conditionOf(readiness: Api.Answers['readiness'] | undefined): Condition {
  if (readiness?.status === 'unready')
    return { state: 'failed', text: t.unready, reasons: readiness.reasons };
  const { notStoring } = readiness ?? {};
  if (notStoring !== undefined) return { state: 'inactive', text: t.notStoring, reasons: notStoring };
  return { state: 'active', text: t.ready, reasons: [] };
}

/** Whether the daemon is well. */
export function DaemonCard() {
  const { client } = useSession();
  const { value, error } = useDaemonState();
  const readiness = useQuery('readiness', (signal) => client.ready({ signal }), { every: EVERY }).value;
  const { state, text, reasons } = conditionOf(readiness);
  return (
    <section class="card" aria-labelledby="daemon">
      <h2 id="daemon">{t.daemon}</h2>
      {value === undefined ? (
        error !== undefined && <Problem error={error} />
      ) : (
        <dl class="facts">
          <dt>{t.condition}</dt>
          <dd>
            <span class="state">
              <Shape state={state} />
              {text}
            </span>
            {reasons.map((reason) => (
              <p key={reason}>{reason}</p>
            ))}
          </dd>
          {value.startedAt !== undefined && (
            <>
              <dt>{t.upFor}</dt>
              <dd>
                <Elapsed since={value.startedAt} />
              </dd>
            </>
          )}
          <dt>{t.store}</dt>
          <dd>
            {value.store.trouble ?? t.storeOk}
            {value.store.bytes !== undefined && `, ${formatBytes(value.store.bytes)}`}
          </dd>
          <dt>{t.memory}</dt>
          <dd>
            {value.memory.isShort
              ? t.memoryShort
              : value.memory.used === undefined
                ? t.unknown
                : value.memory.limit === undefined
                  ? formatBytes(value.memory.used)
                  : t.ofLimit(formatBytes(value.memory.used), formatBytes(value.memory.limit))}
          </dd>
          <dt>{t.restarts}</dt>
          <dd>
            <a href={hrefTo(['supervision'])}>{formatNumber(restartsIn(value.tree))}</a>
          </dd>
        </dl>
      )}
    </section>
  );
}
