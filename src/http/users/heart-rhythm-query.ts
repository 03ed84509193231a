import { z } from 'zod';
import { instant, type Instant } from '../../domain/time.js';
import type { HistoryRange } from '../../ports/history-store.js';
import { coded } from '../../views/coded.js';
import { queryProblem } from '../../views/messages.js';
import {
  forLimit,
  limitUpTo,
  OPAQUE,
  order,
  rangeIn,
  readQuery,
  refuseQuery,
  whenNamed,
  type Order,
} from '../input/query.js';
import { decodeCursor, type Cursor } from './heart-rhythm-cursor.js';

/** Which part of a history was asked for. */
export interface Page {
  readonly range: HistoryRange;
  readonly limit: number | undefined;
}

/** The query of heart_rhythm, and of whatever else is a history. */
export const pageQuery = forLimit((largest) =>
  z.strictObject({
    from: whenNamed('from', 'Only what ends in this second or later.'),
    to: whenNamed('to', 'Only what begins in this second or earlier.'),
    order: order.default('asc').meta({ description: '`asc`, oldest first, or `desc`.' }),
    limit: limitUpTo(largest).optional().meta({ description: 'So many at the most.' }),
    cursor: coded(decodeCursor, queryProblem.cursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Goes on behind the page that answered this `next_cursor`, in the same order.',
    }),
  }),
);

/**
 * Reads the query of a history.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parsePage(url: string, largestPage: number, now: Instant): Page {
  const { order, limit, cursor, ...asked } = readQuery(url, pageQuery(largestPage));
  const { from, to } = rangeIn(asked, now);
  return {
    range: {
      order,
      from: from === undefined ? undefined : instant(from * 1000),
      // People are shown whole seconds, so the second `to` belongs to the range to its end.
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
