import type { SupervisedChild } from '../../daemon/supervision.js';

/** A supervisor with more children than this is folded, until somebody opens it. */
const MOST_CHILDREN = 12;

/** What may be looked for. */
export const CONDITIONS = ['', 'crashed', 'waiting', 'down'] as const;

type Condition = (typeof CONDITIONS)[number];

/** What the address of the tree says. */
export interface TreeFilter {
  readonly search: string;
  readonly only: Condition;
  /** Paths that are open or folded against the rule. */
  readonly open: readonly string[];
  readonly folded: readonly string[];
}

/** One line of the tree. */
export interface TreeRow {
  readonly path: readonly string[];
  readonly child: SupervisedChild;
  /** Undefined if it has no children that could be shown. */
  readonly isOpen: boolean | undefined;
  /** Of everything below it, if that is folded. */
  readonly below: TreeSums | undefined;
}

interface TreeSums {
  readonly restarts: number;
  readonly mailbox: number;
  readonly actors: number;
}

export function filterIn(query: URLSearchParams): TreeFilter {
  const list = (name: string): readonly string[] => (query.get(name) ?? '').split(',').filter(Boolean);
  return {
    search: query.get('search') ?? '',
    only: CONDITIONS.find((each) => each === query.get('only')) ?? '',
    open: list('open'),
    folded: list('folded'),
  };
}

/** The filter as the query of an address. */
export function queryOf({ search, only, open, folded }: TreeFilter): Readonly<Record<string, string>> {
  return { search, only, open: open.join(','), folded: folded.join(',') };
}

/** The filter with a branch opened or folded. */
export function foldedOrOpened(filter: TreeFilter, path: readonly string[], isOpen: boolean): TreeFilter {
  const own = keyOf(path);
  const without = (paths: readonly string[]): readonly string[] => paths.filter((each) => each !== own);
  const [open, folded] = [without(filter.open), without(filter.folded)];
  return isOpen ? { ...filter, open: [...open, own], folded } : { ...filter, open, folded: [...folded, own] };
}

/** The lines of the tree. What is looked for is shown with its supervisors, however they are folded. */
export function rowsOf(tree: SupervisedChild, filter: TreeFilter): readonly TreeRow[] {
  const isSought = filter.search !== '' || filter.only !== '';
  const rows: TreeRow[] = [];
  const visit = (child: SupervisedChild, path: readonly string[]): boolean => {
    const at = rows.length;
    const isBranch = child.children.length > 0;
    const isOpen = isSought || isOpened(child, path, filter);
    const row = { path, child, below: isBranch && !isOpen ? sumsBelow(child) : undefined };
    rows.push({ ...row, isOpen: isBranch && !isSought ? isOpen : undefined });
    let isFitting = isSought && fits(child, path, filter);
    if (isOpen) for (const each of child.children) isFitting = visit(each, [...path, each.name]) || isFitting;
    if (isSought && !isFitting) rows.length = at;
    return isFitting;
  };
  visit(tree, [tree.name]);
  return rows;
}

function isOpened(child: SupervisedChild, path: readonly string[], { open, folded }: TreeFilter): boolean {
  const own = keyOf(path);
  if (open.includes(own)) return true;
  return child.children.length <= MOST_CHILDREN && !folded.includes(own);
}

/** Of a name, what ends a list in an address is encoded. */
function keyOf(path: readonly string[]): string {
  return path.map(encodeURIComponent).join('/');
}

function fits(child: SupervisedChild, path: readonly string[], { search, only }: TreeFilter): boolean {
  return path.join('/').toLowerCase().includes(search.toLowerCase()) && isIn(child, only);
}

function isIn({ lastCrash, restarts, mailbox, status }: SupervisedChild, only: Condition): boolean {
  switch (only) {
    case 'crashed':
      return lastCrash !== undefined || restarts > 0;
    case 'waiting':
      return (mailbox ?? 0) > 0;
    case 'down':
      return status !== undefined && status !== 'running';
    case '':
      return true;
  }
}

/** How many each condition chooses. */
export function matchingIn(tree: SupervisedChild): Readonly<Record<Condition, number>> {
  const counts = { '': 0, crashed: 0, waiting: 0, down: 0 };
  const visit = (child: SupervisedChild): void => {
    for (const only of CONDITIONS) if (isIn(child, only)) counts[only]++;
    child.children.forEach(visit);
  };
  visit(tree);
  return counts;
}

function sumsBelow({ children }: SupervisedChild): TreeSums {
  const sums = { restarts: 0, mailbox: 0, actors: 0 };
  for (const child of children) {
    const below = sumsBelow(child);
    sums.restarts += child.restarts + below.restarts;
    sums.mailbox += (child.mailbox ?? 0) + below.mailbox;
    sums.actors += (child.actors ?? 0) + below.actors;
  }
  return sums;
}

/** The child at a path below the root; undefined if there is none. */
export function childAt(tree: SupervisedChild, path: readonly string[]): SupervisedChild | undefined {
  const [first, ...rest] = path;
  if (tree.name !== first) return undefined;
  const [next] = rest;
  if (next === undefined) return tree;
  const child = tree.children.find(({ name }) => name === next);
  return child === undefined ? undefined : childAt(child, rest);
}
