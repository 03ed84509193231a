import { useChannelNames } from '../daemon/channels.js';
import { useQuery, useSession } from '../daemon/context.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { Empty } from '../parts/empty.js';
import { Pager } from '../parts/pager.js';
import { Read } from '../parts/read.js';
import { replaceBy, type Route } from '../router.js';
import {
  alertsOf,
  ALERT_TYPES,
  DELIVERY_STATES,
  filterIn,
  hrefOf,
  isFiltered,
  type AlertFilter,
} from './alerts/alert-filter.js';
import { AlertRow } from './alerts/alert-row.js';
import { DeliveryShape, deliveryName, typeName } from './alerts/delivery-labels.js';

/** The number of attempts is no event. */
const EVERY = 15_000;

/** What was raised, and whether it was delivered. */
export function Alerts({ route }: { readonly route: Route }) {
  const { client } = useSession();
  const filter = filterIn(route.query);
  const page = useQuery(hrefOf(filter), (signal) => alertsOf(client, filter, signal), {
    on: ({ type }) => type.startsWith('alert.'),
    every: EVERY,
  });
  const next = page.value?.nextCursor ?? undefined;
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.alerts}</h1>
      </div>
      <Filters filter={filter} />
      <Read query={page}>
        {({ alerts, nextCursor }) =>
          alerts.length === 0 ? (
            <NoAlerts filter={filter} hasMore={nextCursor !== null} />
          ) : (
            <ul class="card rows alert-list" aria-label={t.alerts}>
              {alerts.map((alert) => (
                <AlertRow alert={alert} changed={page.reload} key={alert.id} />
              ))}
            </ul>
          )
        }
      </Read>
      <Pager
        first={filter.cursor === '' ? undefined : hrefOf({ ...filter, cursor: '' })}
        next={next === undefined ? undefined : hrefOf({ ...filter, cursor: next })}
      />
    </>
  );
}

function NoAlerts({ filter, hasMore }: { readonly filter: AlertFilter; readonly hasMore: boolean }) {
  if (hasMore) return <Empty title={t.noAlertFitsYet}>{t.olderAlerts}</Empty>;
  if (isFiltered(filter)) return <Empty title={t.noAlertFits}>{t.fewerFilters}</Empty>;
  return <Empty title={t.noAlerts}>{t.noAlertsMeans}</Empty>;
}

function Filters({ filter }: { readonly filter: AlertFilter }) {
  const channels = useChannelNames();
  // Of a channel that has left the configuration, too, if the address names it.
  const names = new Set([...(channels ?? []), ...(filter.channel === '' ? [] : [filter.channel])]);
  const addressWith = (part: Partial<AlertFilter>): string => hrefOf({ ...filter, cursor: '', ...part });
  return (
    <div class="filters">
      <Chips
        label={t.byDelivery}
        chips={[
          { href: addressWith({ state: '' }), text: t.all, isCurrent: filter.state === '' },
          ...DELIVERY_STATES.map((state) => ({
            href: addressWith({ state }),
            text: (
              <>
                <DeliveryShape state={state} />
                {deliveryName(state)}
              </>
            ),
            isCurrent: filter.state === state,
          })),
        ]}
      />
      <input
        class="input"
        type="search"
        aria-label={t.nodeOfAlert}
        placeholder={t.nodeOfAlert}
        value={filter.node}
        onChange={({ currentTarget }) => replaceBy(addressWith({ node: currentTarget.value.trim() }))}
      />
      <select
        class="input"
        aria-label={t.channel}
        value={filter.channel}
        onChange={({ currentTarget }) => replaceBy(addressWith({ channel: currentTarget.value }))}
      >
        <option value="">{t.anyChannel}</option>
        {[...names].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        class="input"
        aria-label={t.alertType}
        value={filter.type}
        onChange={({ currentTarget }) =>
          replaceBy(addressWith({ type: ALERT_TYPES.find((type) => type === currentTarget.value) ?? '' }))
        }
      >
        <option value="">{t.anyType}</option>
        {ALERT_TYPES.map((type) => (
          <option key={type} value={type}>
            {typeName(type)}
          </option>
        ))}
      </select>
    </div>
  );
}
