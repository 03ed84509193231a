import type { Api } from '../../../src/client/api/index.js';
import { useQuery, useSession } from '../../daemon/context.js';
import { firstAlerts } from '../../daemon/lists.js';
import { t } from '../../i18n/messages.js';
import { Read } from '../../parts/read.js';
import { Instant } from '../../parts/time.js';
import { hrefTo } from '../../router.js';

const MOST = 6;
const MOST_DEAD = 100;
/** The number of attempts is no event. */
const EVERY = 15_000;

/** Which alerts wait for delivery, and how many never arrived. */
export function AlertsUnderWay() {
  const { client } = useSession();
  const query = useQuery(
    'alerts',
    async (signal) => ({
      waiting: await firstAlerts(
        (page) => client.alerts.page({ state: ['pending', 'held'], ...page, signal }),
        MOST,
      ),
      dead: await firstAlerts((page) => client.alerts.page({ state: 'dead', ...page, signal }), MOST_DEAD),
    }),
    { on: ({ type }) => type.startsWith('alert.'), every: EVERY },
  );
  return (
    <section class="card" aria-labelledby="alerts-under-way">
      <h2 id="alerts-under-way">
        <a href={hrefTo(['alerts'])}>{t.alertsUnderWay}</a>
      </h2>
      <Read query={query}>
        {({ waiting, dead }) => (
          <>
            {waiting.items.length === 0 ? (
              <p class="dim">{t.noAlertsUnderWay}</p>
            ) : (
              <ul class="rows">
                {waiting.items.map((alert) => (
                  <WaitingAlert alert={alert} key={alert.id} />
                ))}
                {waiting.hasMore && (
                  <li>
                    <span class="dim">{t.andMore}</span>
                  </li>
                )}
              </ul>
            )}
            {dead.items.length > 0 && (
              <p class="after">
                <a href={hrefTo(['alerts'], { state: 'dead' })}>
                  {dead.hasMore ? t.atLeastDeadLetters(dead.items.length) : t.deadLetters(dead.items.length)}
                </a>
              </p>
            )}
          </>
        )}
      </Read>
    </section>
  );
}

function WaitingAlert({ alert }: { readonly alert: Api.Alert }) {
  const waiting = Object.entries(alert.channels).filter(
    ([, { state }]) => state === 'pending' || state === 'held',
  );
  return (
    <li>
      <div class="row-line">
        <span>{alert.message}</span>
        <span class="dim">
          <Instant at={alert.at} />
        </span>
      </div>
      {waiting.map(([channel, { state, attempts, lastError }]) => (
        <p class="dim small" key={channel}>
          {channel}: {state === 'held' ? t.held : t.pending}
          {attempts > 0 && `, ${t.attempts(attempts)}`}
          {lastError !== null && `, ${lastError}`}
        </p>
      ))}
    </li>
  );
}
