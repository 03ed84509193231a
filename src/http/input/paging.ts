import * as z from 'zod';
import { type Instant, instant } from '../../domain/time.js';
import type { HistoryRange } from '../../ports/history-store.js';
import { coded } from '../../views/values.js';
import { queryProblem } from '../../views/messages.js';
import {
  OPAQUE,
  type Order,
  forLimit,
  limitUpTo,
  order,
  rangeIn,
  readQuery,
  refuseQuery,
  whenNamed,
} from './query.js';

/** The requested part of a history. */
export interface Page {
  readonly range: HistoryRange;
  readonly limit: number | undefined;
}

/** The query of a history: the flips of a node; with `ids`, the sessions of a user. */
export const pageQuery = forLimit((largest) =>
  z.strictObject({
    from: whenNamed('from', 'Only entries that end in this second or later.'),
    to: whenNamed('to', 'Only entries that begin in this second or earlier.'),
    order: order.default('asc').meta({ description: '`asc`: oldest first; `desc`: newest first.' }),
    limit: limitUpTo(largest).optional().meta({ description: 'The largest number of entries to return.' }),
    cursor: coded(decodeCursor, queryProblem.cursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Continues after the page that returned this `next_cursor`, in the same order.',
    }),
  }),
);

/**
 * Reads the query of a history.
 *
 * @param query `pageQuery`, or one that extends it
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parsePage(url: string, query: ReturnType<typeof pageQuery>, now: Instant): Page {
  const { order, limit, cursor, ...asked } = readQuery(url, query);
  const { from, to } = rangeIn(asked, now);
  return {
    range: {
      order,
      from: from === undefined ? undefined : instant(from * 1000),
      // Responses have whole seconds, so the range includes all of the second `to`.
      before: to === undefined ? undefined : instant((to + 1) * 1000),
      after: behind(cursor, order),
    },
    limit,
  };
}

function behind(cursor: Cursor | undefined, order: Order): Instant | undefined {
  if (cursor === undefined || cursor.order === order) return cursor?.after;
  return refuseQuery(queryProblem.cursor);
}

/** The end of a page: after the entry that began at this instant, in this order. */
export interface Cursor {
  readonly order: Order;
  readonly after: Instant;
}

const PLAIN = /^(asc|desc):(-?\d{1,16})$/;

/** Opaque to clients. */
export function encodeCursor({ order, after }: Cursor): string {
  return Buffer.from(`${order}:${after}`, 'latin1').toString('base64url');
}

/** @returns undefined for anything that `encodeCursor` does not make */
function decodeCursor(text: string): Cursor | undefined {
  const [, order, after] = PLAIN.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (after === undefined) return undefined;
  const cursor: Cursor = { order: order === 'desc' ? 'desc' : 'asc', after: instant(Number(after)) };
  // Node's decoder skips characters that are not base64url.
  return encodeCursor(cursor) === text ? cursor : undefined;
}
