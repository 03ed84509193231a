import { useState } from 'preact/hooks';
import { useQuery, useSession } from '../daemon/context.js';
import { firstOf } from '../daemon/lists.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { Empty } from '../parts/empty.js';
import { Problem } from '../parts/notice.js';
import { hrefTo, type Route } from '../router.js';
import { SilenceRow } from './silences/silence-row.js';

/** Windows open and close by the clock. */
const EVERY = 10_000;
const PAGE = 100;

/** Maintenance windows that are open, those that come next, and those that are over. */
export function Maintenance({ route }: { readonly route: Route }) {
  const { client, caller } = useSession();
  const isOver = route.query.get('state') === 'expired';
  const [most, setMost] = useState(PAGE);
  const { value, error } = useQuery(
    `maintenance ${isOver} ${most}`,
    (signal) =>
      firstOf(
        client.silences.list({
          maintenance: true,
          state: isOver ? ['expired'] : ['active', 'pending'],
          signal,
        }),
        most,
      ),
    { every: EVERY },
  );
  const windows = value?.items.toSorted((one, other) =>
    isOver
      ? other.endsAt.getTime() - one.endsAt.getTime()
      : one.startsAt.getTime() - other.startsAt.getTime(),
  );
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
      {windows === undefined ? (
        error !== undefined && <Problem error={error} />
      ) : windows.length === 0 ? (
        isOver ? (
          <Empty title={t.noSilencesLike} />
        ) : (
          <Empty title={t.noMaintenance}>
            {t.noMaintenanceText}
            {caller.nodes !== null && ` ${t.maintenanceOfAll}`}
          </Empty>
        )
      ) : (
        <>
          <section class="card" aria-label={t.maintenanceView}>
            <ul class="rows">
              {windows.map((window) => (
                <SilenceRow key={window.id} silence={window} />
              ))}
            </ul>
            {value?.hasMore === true && (
              <p class="after">
                <button type="button" class="button" onClick={() => setMost(most + PAGE)}>
                  {t.showMore}
                </button>
              </p>
            )}
          </section>
          <p class="dim small after">{t.windowFromFile}</p>
        </>
      )}
    </>
  );
}
