import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession } from '../daemon/context.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { Empty } from '../parts/empty.js';
import { Pager } from '../parts/pager.js';
import { Read } from '../parts/read.js';
import { hrefTo, type Route } from '../router.js';
import { SilenceRow } from './silences/silence-row.js';

/** Windows open and close by the clock. */
const EVERY = 10_000;
const PAGE = 100;

/** Maintenance windows that are open, those that come next, and those that are over. */
export function Maintenance({ route }: { readonly route: Route }) {
  const { client, caller } = useSession();
  const isOver = route.query.get('state') === 'expired';
  const cursor = route.query.get('cursor') ?? undefined;
  const page = useQuery(
    `maintenance ${isOver} ${cursor ?? ''}`,
    (signal) =>
      client.silences.page({
        maintenance: true,
        state: isOver ? ['expired'] : ['active', 'pending'],
        limit: PAGE,
        cursor,
        signal,
      }),
    { every: EVERY },
  );
  const hrefOf = (at?: string): string =>
    hrefTo(['maintenance'], { state: isOver ? 'expired' : '', cursor: at ?? '' });
  const next = page.value?.nextCursor ?? undefined;
  // Pages are in the order in which the windows were made: within one of several, no other order would be true.
  const isAll = next === undefined && cursor === undefined;
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.maintenanceView}</h1>
      </div>
      <div class="filters">
        <Chips
          label={t.maintenanceShown}
          chips={[
            { href: hrefTo(['maintenance']), text: t.nowAndNext, isCurrent: !isOver },
            { href: hrefTo(['maintenance'], { state: 'expired' }), text: t.windowsOver, isCurrent: isOver },
          ]}
        />
      </div>
      <Read query={page}>
        {({ silences }) =>
          silences.length === 0 ? (
            isOver || cursor !== undefined ? (
              <Empty title={t.noSilencesLike} />
            ) : (
              <Empty title={t.noMaintenance}>
                {t.noMaintenanceText}
                {caller.nodes !== null && ` ${t.maintenanceOfAll}`}
              </Empty>
            )
          ) : (
            <>
              <ul class="card rows" aria-label={t.maintenanceView}>
                {(isAll ? sorted(silences, isOver) : silences).map((window) => (
                  <SilenceRow key={window.id} silence={window} />
                ))}
              </ul>
              <p class="dim small after">{t.windowFromFile}</p>
            </>
          )
        }
      </Read>
      <Pager
        first={cursor === undefined ? undefined : hrefOf()}
        next={next === undefined ? undefined : hrefOf(next)}
      />
    </>
  );
}

/** What is next comes first, and of those that are over the last. */
function sorted(windows: readonly Api.Silence[], isOver: boolean): readonly Api.Silence[] {
  return windows.toSorted((one, other) =>
    isOver
      ? other.endsAt.getTime() - one.endsAt.getTime()
      : one.startsAt.getTime() - other.startsAt.getTime(),
  );
}
