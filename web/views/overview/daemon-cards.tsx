import type { Api } from '../../../src/client/api/index.js';
import { useQuery, useSession, type Query } from '../../daemon/context.js';
import { daemonStateOf, restartsIn, type BlindInterval, type DaemonState } from '../../daemon/supervision.js';
import { formatBytes, formatNumber, formatSeconds } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Read } from '../../parts/read.js';
import { Shape, type ShownState } from '../../parts/state.js';
import { Elapsed, Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';

const EVERY = 15_000;
const MOST = 5;

interface DaemonCardProps {
  readonly state: Query<DaemonState>;
}

/** What the daemon says of itself. */
export function useDaemonState(): Query<DaemonState> {
  const { client } = useSession();
  return useQuery('supervision', async (signal) => daemonStateOf(await client.supervision({ signal })), {
    on: ({ type }) => type === 'daemon.blind',
    every: EVERY,
  });
}

/** When the daemon could hear nobody. */
export function BlindIntervals({ state }: DaemonCardProps) {
  return (
    <section class="card" aria-labelledby="blind-intervals">
      <h2 id="blind-intervals">{t.blindIntervals}</h2>
      <Read query={state}>
        {({ blind }) =>
          blind.length === 0 ? (
            <p class="dim">{t.noBlindIntervals}</p>
          ) : (
            <>
              <ul class="rows">
                {blind.slice(0, MOST).map((each) => (
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
          )
        }
      </Read>
    </section>
  );
}

function causeOf({ cause }: BlindInterval): string {
  if (cause === 'stalled') return t.stalled;
  return cause === 'restarted' ? t.restarted : cause;
}

interface Condition {
  /** Undefined where it is not known. */
  readonly state: ShownState | undefined;
  readonly text: string;
  readonly reasons: readonly string[];
}

/** One that cannot be read is not called ready. */
function conditionOf({ value, error }: Query<Api.Answers['readiness']>): Condition {
  if (value === undefined || error !== undefined) return { state: undefined, text: t.unknown, reasons: [] };
  if (value.status === 'unready') return { state: 'failed', text: t.unready, reasons: value.reasons };
  const { notStoring } = value;
  if (notStoring !== undefined) return { state: 'inactive', text: t.notStoring, reasons: notStoring };
  return { state: 'active', text: t.ready, reasons: [] };
}

/** Whether the daemon is well. */
export function DaemonCard({ state }: DaemonCardProps) {
  const { client } = useSession();
  const readiness = useQuery('readiness', (signal) => client.ready({ signal }), { every: EVERY });
  return (
    <section class="card" aria-labelledby="daemon">
      <h2 id="daemon">{t.daemon}</h2>
      <Read query={state}>
        {(value) => (
          <dl class="facts">
            <dt>{t.condition}</dt>
            <dd>
              <ConditionState condition={conditionOf(readiness)} />
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
      </Read>
    </section>
  );
}

function ConditionState({ condition: { state, text, reasons } }: { readonly condition: Condition }) {
  return (
    <>
      <span class="state">
        {state !== undefined && <Shape state={state} />}
        {text}
      </span>
      {reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
    </>
  );
}
