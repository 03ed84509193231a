import type { Api, PageOptions } from '../../src/client/api/index.js';

/** The daemon looks at 10,000 alerts for a page, and then answers with those that fit. At most five pages are read. */
export const MOST_PAGES = 5;

/** The first so many alerts that fit, and whether there are more, or may be: those that nobody would wait for. */
export async function firstAlerts(
  read: (page: PageOptions) => Promise<Api.Answers['alerts']>,
  most: number,
): Promise<{ readonly items: readonly Api.Alert[]; readonly hasMore: boolean }> {
  const found: Api.Alert[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES && found.length <= most; pages++) {
    const { alerts, nextCursor } = await read({ cursor, limit: most + 1 });
    found.push(...alerts);
    if (nextCursor === null) return { items: found.slice(0, most), hasMore: found.length > most };
    cursor = nextCursor;
  }
  return { items: found.slice(0, most), hasMore: true };
}

/** The first so many of a list, and whether there are more. What is not shown is not read. */
export async function firstOf<Item>(
  items: AsyncIterable<Item>,
  most: number,
): Promise<{ readonly items: readonly Item[]; readonly hasMore: boolean }> {
  const found: Item[] = [];
  for await (const item of items) {
    if (found.length === most) return { items: found, hasMore: true };
    found.push(item);
  }
  return { items: found, hasMore: false };
}
