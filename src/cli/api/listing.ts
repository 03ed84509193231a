import { count } from '../option-values.js';
import { printableCell } from '../output/printable.js';
import type { Described } from './api-command.js';

/** The most that is asked for in one page. Without a limit, pages are as long as the daemon likes. */
const PAGE = 100;

/** Items of a list, and what continues it. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** Null if there are no more. */
  readonly next: string | null;
}

export interface GivenLimits {
  readonly limit?: string;
  readonly cursor?: string;
}

export const LIMIT_OPTIONS: readonly Described[] = [
  ['--limit <count>', 'the most to list'],
  ['--cursor <cursor>', 'start after the page with this next_cursor'],
];

export function limitProblems({ limit }: GivenLimits): readonly string[] {
  return limit === undefined || count(limit) !== undefined
    ? []
    : [`--limit must be a whole number from 1, not '${limit}'`];
}

/** Reads a list, page by page, up to a limit. */
export async function listing<Item>(
  { limit, cursor: from }: GivenLimits,
  read: (page: { readonly limit?: number; readonly cursor?: string }) => Promise<Listing<Item>>,
): Promise<Listing<Item>> {
  let left = count(limit ?? '') ?? Infinity;
  let cursor = from ?? null;
  const items: Item[] = [];
  do {
    const page = await read({
      ...(left < Infinity && { limit: Math.min(left, PAGE) }),
      ...(cursor !== null && { cursor }),
    });
    items.push(...page.items);
    left -= page.items.length;
    cursor = page.next;
  } while (cursor !== null && left > 0);
  return { items, next: cursor };
}

/** Said under a table that does not show all. */
export function more({ next }: Listing<unknown>): string {
  return next === null ? '' : `There are more: --cursor ${printableCell(next)}\n`;
}
