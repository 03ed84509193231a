import type { Api } from '../../../src/client/api/index.js';
import { shownState, type ShownState } from '../../parts/state.js';

export const SORTS = ['name', 'state', 'since'] as const;

type Sort = (typeof SORTS)[number];

/** What the address of the list says. */
export interface NodeFilter {
  /** A part of a name or of a label. */
  readonly search: string;
  readonly state: string;
  /** `key:value` */
  readonly label: string;
  readonly sort: Sort;
}

export function filterIn(query: URLSearchParams): NodeFilter {
  const sort = SORTS.find((each) => each === query.get('sort')) ?? 'name';
  return {
    search: query.get('search') ?? '',
    state: query.get('state') ?? '',
    label: query.get('label') ?? '',
    sort,
  };
}

/** What is worst comes first. */
const ORDER: Readonly<Record<ShownState, number>> = { failed: 0, inactive: 1, active: 2, paused: 3 };

const names = new Intl.Collator(undefined, { numeric: true });

/** @param nodes by name, in which order they stay where nothing else decides */
export function chosen(
  nodes: readonly Api.NodeWithCause[],
  { search, state, label, sort }: NodeFilter,
): readonly Api.NodeWithCause[] {
  const sought = search.toLowerCase();
  const fitting = nodes.filter(
    (node) =>
      (state === '' || isIn(node, state)) &&
      (label === '' || labelsOf(node).includes(label)) &&
      (sought === '' ||
        node.name.toLowerCase().includes(sought) ||
        labelsOf(node).some((each) => each.toLowerCase().includes(sought))),
  );
  if (sort === 'state')
    return fitting.toSorted((one, other) => ORDER[shownState(one)] - ORDER[shownState(other)]);
  if (sort === 'since') return fitting.toSorted((one, other) => other.since.getTime() - one.since.getTime());
  return fitting;
}

export function labelsOf({ labels }: Pick<Api.Node, 'labels'>): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}:${value}`);
}

/** Each label and how many nodes have it, the most frequent first. */
export function labelCounts(nodes: readonly Api.Node[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const node of nodes)
    for (const label of labelsOf(node)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].toSorted(([one, many], [other, few]) => few - many || names.compare(one, other));
}

/** A paused node counts in its state, too, as in the counts of the daemon. */
function isIn(node: Api.Node, state: string): boolean {
  return state === 'paused' ? node.paused : node.state === state;
}

export function stateCounts(nodes: readonly Api.Node[]): Readonly<Record<ShownState, number>> {
  const counts = { failed: 0, inactive: 0, active: 0, paused: 0 };
  for (const { state, paused } of nodes) {
    counts[state]++;
    if (paused) counts.paused++;
  }
  return counts;
}
