import { useMemo } from 'preact/hooks';
import { useQuery, useSession } from '../daemon/context.js';
import { daemonStateOf, restartsIn, type DaemonState } from '../daemon/supervision.js';
import { formatNumber } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { Empty } from '../parts/empty.js';
import { Read } from '../parts/read.js';
import { VirtualList } from '../parts/virtual-list.js';
import { hrefTo, replaceBy, type Route } from '../router.js';
import { ActorView } from './supervision/actor.js';
import { DeadLetters } from './supervision/dead-letters.js';
import {
  CONDITIONS,
  filterIn,
  foldedOrOpened,
  matchingIn,
  queryOf,
  rowsOf,
  type TreeFilter,
  type TreeRow,
} from './supervision/tree-rows.js';
import { ActorRow } from './supervision/actor-row.js';

/** What happens inside the daemon is no event. */
const EVERY = 5000;

/** The tree of actors, or the one that the address names. */
export function Supervision({ route }: { readonly route: Route }) {
  const { client } = useSession();
  const state = useQuery('tree', async (signal) => daemonStateOf(await client.supervision({ signal })), {
    on: ({ type }) => type === 'daemon.blind',
    every: EVERY,
  });
  const [, ...path] = route.path;
  if (path.length > 0) return <ActorView path={path} query={state} />;
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.supervision}</h1>
      </div>
      <Read query={state}>
        {(shown) => (
          <>
            <Figures state={shown} />
            <Tree state={shown} query={route.query} />
            <DeadLetters {...shown.deadLetters} />
          </>
        )}
      </Read>
    </>
  );
}

function Figures({ state: { actors, tree, deadLetters } }: { readonly state: DaemonState }) {
  const figures = [
    { name: t.actorsRunning, count: actors },
    { name: t.restarts, count: restartsIn(tree) },
    { name: t.deadLetterMessages, count: deadLetters.total },
  ];
  return (
    <dl class="card figures">
      {figures.map(({ name, count }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="figure">{count === undefined ? t.unknown : formatNumber(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface TreeProps {
  readonly state: DaemonState;
  readonly query: URLSearchParams;
}

function hrefOf(filter: TreeFilter): string {
  return hrefTo(['supervision'], queryOf(filter));
}

function Tree({ state: { tree }, query }: TreeProps) {
  const filter = filterIn(query);
  const rows = useMemo(() => rowsOf(tree, filter), [tree, query]);
  const counts = useMemo(() => matchingIn(tree), [tree]);
  const texts = { '': t.all, crashed: t.crashedOnly, waiting: t.waitingOnly, down: t.downOnly };
  const change = (part: Partial<TreeFilter>): void => replaceBy(hrefOf({ ...filter, ...part }));
  const turn = ({ path, isOpen }: TreeRow): void =>
    replaceBy(hrefOf(foldedOrOpened(filter, path, isOpen !== true)));
  return (
    <section aria-labelledby="tree">
      <h2 id="tree" class="section-title">
        {t.tree}
      </h2>
      <p class="dim small">{t.treeMeans}</p>
      <div class="filters tree-filters">
        <Chips
          label={t.byCondition}
          chips={CONDITIONS.map((only) => ({
            href: hrefOf({ ...filter, only }),
            text: (
              <>
                {texts[only]} <b>{formatNumber(counts[only])}</b>
              </>
            ),
            isCurrent: filter.only === only,
          }))}
        />
        <input
          class="input"
          type="search"
          aria-label={t.findActor}
          placeholder={t.findActor}
          value={filter.search}
          onInput={({ currentTarget }) => change({ search: currentTarget.value })}
        />
      </div>
      {rows.length === 0 ? (
        <Empty title={t.noActorFits}>{t.fewerWords}</Empty>
      ) : (
        <>
          <div class="actor-row list-head" aria-hidden="true">
            <span>{t.actor}</span>
            <span>{t.actorState}</span>
            <span>{t.restartsShort}</span>
            <span>{t.mailbox}</span>
            <span>{t.lastCrash}</span>
          </div>
          <VirtualList
            items={rows}
            keyOf={({ path }) => path.join('/')}
            label={t.tree}
            row={(row) => <ActorRow row={row} turn={turn} />}
          />
        </>
      )}
    </section>
  );
}
