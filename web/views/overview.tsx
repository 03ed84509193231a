import type { Api } from '../../src/client/api/index.js';
import { useSession } from '../daemon/context.js';
import { useStore } from '../daemon/store.js';
import { formatNumber } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Instant } from '../parts/time.js';
import { Shape, stateName, type ShownState } from '../parts/state.js';
import { UsersChart } from '../parts/users-chart.js';
import { hrefTo } from '../router.js';
import { AlertsUnderWay } from './overview/alerts-under-way.js';
import { BlindIntervals, DaemonCard, useDaemonState } from './overview/daemon-cards.js';
import { FailedNodes } from './overview/failed-nodes.js';
import { FirstStart } from './overview/first-start.js';

/** Who is alive, within a minute. */
export function Overview() {
  const { live } = useSession();
  const stats = useStore(live.stats);
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{stats === undefined ? t.overview : summary(stats)}</h1>
      </div>
      {stats !== undefined && (
        <>
          <FirstStart stats={stats} />
          <div class="tiles">
            <UsersTile stats={stats} />
            <StatesTile nodes={stats.nodes} />
          </div>
          <FailedNodes failed={stats.nodes.failed} />
          <div class="columns">
            <AlertsUnderWay />
            <DaemonCards />
          </div>
        </>
      )}
    </>
  );
}

/** Both show parts of one answer. */
function DaemonCards() {
  const state = useDaemonState();
  return (
    <div class="stack">
      <DaemonCard state={state} />
      <BlindIntervals state={state} />
    </div>
  );
}

/** The state of everything in a sentence. */
function summary({ users, nodes }: Api.Stats): string {
  return `${nodesIn(nodes)}. ${t.usersCount(users.online)}.`;
}

function nodesIn({ registered, failed, inactive }: Api.Stats['nodes']): string {
  if (registered === 0) return t.noNodes;
  if (failed > 0) return t.someFailed(failed, registered);
  return inactive > 0 ? t.someInactive(inactive) : t.allNodesFine(registered);
}

function UsersTile({ stats }: { readonly stats: Api.Stats }) {
  const { live } = useSession();
  const samples = useStore(live.samples);
  const [first] = samples;
  return (
    <section class="card users-tile" aria-labelledby="users-online">
      <div>
        <h2 id="users-online">
          <a href={hrefTo(['users'])}>{t.usersOnline}</a>
        </h2>
        <p class="figure">{formatNumber(stats.users.online)}</p>
        <p class="dim small">{t.devices(stats.devices)}</p>
      </div>
      {first !== undefined && (
        <div>
          <UsersChart samples={samples} />
          <p class="dim small chart-note">
            {t.chartSince} <Instant at={new Date(first.at)} />
          </p>
        </div>
      )}
    </section>
  );
}

function StatesTile({ nodes }: { readonly nodes: Api.Stats['nodes'] }) {
  const states: readonly ShownState[] = ['failed', 'inactive', 'active', 'paused'];
  return (
    <section class="card" aria-labelledby="nodes-by-state">
      <h2 id="nodes-by-state">{t.nodesByState}</h2>
      <ul class="states">
        {states.map((state) => (
          <li key={state}>
            <a href={hrefTo(['nodes'], { state })}>
              <span class="state">
                <Shape state={state} />
                {stateName(state)}
              </span>
              <b>{formatNumber(nodes[state])}</b>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
