import type { FunctionComponent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSession } from './daemon/context.js';
import { useStore } from './daemon/store.js';
import { formatNumber } from './i18n/format.js';
import { t } from './i18n/messages.js';
import { LinkState, StaleBanner, useIsStale } from './parts/link-state.js';
import { Mark } from './parts/mark.js';
import { hrefTo, useRoute, type Route } from './router.js';
import { Alerts } from './views/alerts.js';
import { Channels } from './views/channels.js';
import { Maintenance } from './views/maintenance.js';
import { Nodes } from './views/nodes.js';
import { NotFound } from './views/not-found.js';
import { Overview } from './views/overview.js';
import { Rotas } from './views/rotas.js';
import { Silences } from './views/silences.js';
import { StatusPages } from './views/status-pages.js';
import { Supervision } from './views/supervision.js';
import { Users } from './views/users.js';

interface View {
  /** The first part of its address. */
  readonly at: string;
  readonly title: string;
  readonly component: FunctionComponent<{ readonly route: Route }>;
}

/** In the order of the navigation. */
const VIEWS: readonly View[] = [
  { at: '', title: t.overview, component: Overview },
  { at: 'nodes', title: t.nodes, component: Nodes },
  { at: 'users', title: t.users, component: Users },
  { at: 'alerts', title: t.alerts, component: Alerts },
  { at: 'silences', title: t.silences, component: Silences },
  { at: 'maintenance', title: t.maintenanceView, component: Maintenance },
  { at: 'rotas', title: t.rotas, component: Rotas },
  { at: 'channels', title: t.channels, component: Channels },
  { at: 'status', title: t.statusPages, component: StatusPages },
  { at: 'supervision', title: t.supervision, component: Supervision },
];

/** Everything that is the same for all views. */
export function Shell({ leave }: { readonly leave: () => void }) {
  const route = useRoute();
  const isStale = useIsStale();
  const [at = ''] = route.path;
  const name = route.path.slice(1).at(-1);
  const view = VIEWS.find((each) => each.at === at);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const address = route.path.join('/');

  useEffect(() => {
    document.title = [name, view?.title, 'Heartbeat'].filter((part) => part !== undefined).join(' – ');
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.querySelector('h1')?.focus();
    }
    isFirst.current = false;
  }, [address]);

  const Component = view?.component ?? NotFound;
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => skipTo(main.current, event)}>
        {t.skipToContent}
      </a>
      <Side at={at} isStale={isStale} leave={leave} />
      <main class="content" id="main" ref={main} data-stale={isStale ? '' : undefined}>
        {isStale && <StaleBanner />}
        <div class="live-data">
          <Component route={route} key={at} />
        </div>
      </main>
    </div>
  );
}

/** The part of the address behind `#` is a view's, so this link is none. */
function skipTo(main: HTMLElement | null, event: Event): void {
  event.preventDefault();
  main?.querySelector('h1')?.focus();
}

interface SideProps {
  readonly at: string;
  readonly isStale: boolean;
  readonly leave: () => void;
}

function Side({ at, isStale, leave }: SideProps) {
  const { caller, hasKey, mayChange, live } = useSession();
  const stats = useStore(live.stats);
  const failed = stats?.nodes.failed ?? 0;
  const nav = useRef<HTMLElement>(null);
  // On a phone the views are a line that is wider than the screen.
  useEffect(() => {
    const reveal = (): void =>
      nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
    reveal();
    addEventListener('resize', reveal);
    return () => removeEventListener('resize', reveal);
  }, [at]);
  return (
    <header class="side">
      <a class="brand" href={hrefTo([])}>
        <Mark />
        Heartbeat
      </a>
      <nav class="views" ref={nav} aria-label={t.mainNavigation}>
        <ul>
          {VIEWS.map((view) => (
            <li key={view.at}>
              <a href={hrefTo([view.at].filter(Boolean))} aria-current={view.at === at ? 'page' : undefined}>
                {view.title}
                {view.at === 'nodes' && failed > 0 && (
                  <span class="badge" aria-label={`${formatNumber(failed)} ${t.failed}`}>
                    {formatNumber(failed)}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="side-end">
        {(caller.user ?? caller.key) !== null && (
          <span class="only-wide dim">
            {caller.user === null ? t.keyOf(caller.key ?? '') : t.signedInAs(caller.user)}
            {!mayChange && `, ${t.readOnly}`}
          </span>
        )}
        {(hasKey || caller.signedIn) && (
          <button type="button" class="plain" onClick={leave}>
            {caller.signedIn ? t.signOut : t.keyForget}
          </button>
        )}
        <LinkState isStale={isStale} />
      </div>
    </header>
  );
}
