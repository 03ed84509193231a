import { useMemo } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useSession } from '../daemon/context.js';
import { useNodes } from '../daemon/nodes.js';
import { useStore } from '../daemon/store.js';
import { formatNumber } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Chips } from '../parts/chips.js';
import { ReadProblem } from '../parts/read.js';
import { Shape, shownState, State, stateName, type ShownState } from '../parts/state.js';
import { Strip } from '../parts/strip.js';
import { Elapsed } from '../parts/time.js';
import { VirtualList } from '../parts/virtual-list.js';
import { hrefTo, replaceBy, type Route } from '../router.js';
import { NodeView } from './node.js';
import {
  chosen,
  filterIn,
  labelCounts,
  labelsOf,
  SORTS,
  stateCounts,
  type NodeFilter,
} from './nodes/node-filter.js';

/** All nodes, or the one that the address names. */
export function Nodes({ route }: { readonly route: Route }) {
  const [, name] = route.path;
  return name === undefined ? <NodeList route={route} /> : <NodeView name={name} route={route} key={name} />;
}

const MOST_LABELS = 200;

function NodeList({ route }: { readonly route: Route }) {
  const { live } = useSession();
  const stats = useStore(live.stats);
  const { nodes, asRead = [], error } = useNodes();
  const filter = filterIn(route.query);
  const list = useMemo(() => chosen(nodes ?? [], filter), [nodes, route.query]);
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.nodes}</h1>
        {nodes !== undefined && <span class="dim">{t.nodesShown(list.length, nodes.length)}</span>}
      </div>
      <ReadProblem query={{ value: nodes, error }} />
      {nodes === undefined ? (
        error === undefined && (
          <p class="dim">{stats === undefined ? '' : t.readingNodes(stats.nodes.registered)}</p>
        )
      ) : nodes.length === 0 ? (
        <p>
          {t.noNodesYet} <a href={hrefTo([])}>{t.toOverview}</a>
        </p>
      ) : (
        <>
          <Filters filter={filter} nodes={nodes} asRead={asRead} />
          {list.length === 0 ? (
            <p class="dim">{t.noNodeFits}</p>
          ) : (
            <VirtualList
              items={list}
              keyOf={({ name }) => name}
              label={t.nodes}
              row={(node) => <Row node={node} />}
            />
          )}
        </>
      )}
    </>
  );
}

function hrefOf({ search, state, label, sort }: NodeFilter): string {
  return hrefTo(['nodes'], { search, state, label, sort: sort === 'name' ? '' : sort });
}

interface FiltersProps {
  readonly filter: NodeFilter;
  readonly nodes: readonly Api.Node[];
  readonly asRead: readonly Api.Node[];
}

function Filters({ filter, nodes, asRead }: FiltersProps) {
  const counts = useMemo(() => stateCounts(nodes), [nodes]);
  const labels = useMemo(() => labelCounts(asRead).slice(0, MOST_LABELS), [asRead]);
  const states: readonly ShownState[] = ['failed', 'inactive', 'active', 'paused'];
  const change = (part: Partial<NodeFilter>): void => replaceBy(hrefOf({ ...filter, ...part }));
  return (
    <div class="filters">
      <Chips
        label={t.byState}
        chips={[
          {
            href: hrefOf({ ...filter, state: '' }),
            text: (
              <>
                {t.all} <b>{formatNumber(nodes.length)}</b>
              </>
            ),
            isCurrent: filter.state === '',
          },
          ...states.map((state) => ({
            href: hrefOf({ ...filter, state }),
            text: (
              <>
                <Shape state={state} />
                {stateName(state)} <b>{formatNumber(counts[state])}</b>
              </>
            ),
            isCurrent: filter.state === state,
          })),
        ]}
      />
      <input
        class="input"
        type="search"
        aria-label={t.searchNodes}
        placeholder={t.searchNodes}
        value={filter.search}
        onInput={({ currentTarget }) => change({ search: currentTarget.value })}
      />
      <select
        class="input"
        aria-label={t.label}
        value={filter.label}
        onChange={({ currentTarget }) => change({ label: currentTarget.value })}
      >
        <option value="">{t.anyLabel}</option>
        {labels.map(([label, count]) => (
          <option key={label} value={label}>
            {label} ({formatNumber(count)})
          </option>
        ))}
      </select>
      <select
        class="input"
        aria-label={t.sortBy}
        value={filter.sort}
        onChange={({ currentTarget: { value } }) =>
          change({ sort: SORTS.find((sort) => sort === value) ?? 'name' })
        }
      >
        <option value="name">{t.sortByName}</option>
        <option value="state">{t.sortByState}</option>
        <option value="since">{t.sortBySince}</option>
      </select>
    </div>
  );
}

function Row({ node }: { readonly node: Api.NodeWithCause }) {
  return (
    <a class="node-row" href={hrefTo(['nodes', node.name])}>
      <State state={shownState(node)} />
      <span class="node-name">
        <b>{node.name}</b>
        <span class="dim small">{labelsOf(node).join('  ')}</span>
      </span>
      <Strip node={node} />
      <span class="dim node-since">
        <Elapsed since={node.since} />
      </span>
    </a>
  );
}
