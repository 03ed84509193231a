import { instant, type Instant } from '../../domain/time.js';
import type { HistoryRange } from '../../ports/history-store.js';
import { queryProblem } from '../messages.js';
import { readLimit, readOrder, readParameters, readSeconds, refuseQuery, type Order } from '../query.js';
import { decodeCursor } from './cursor.js';

/** Which part of a history was asked for. */
export interface Page {
  readonly range: HistoryRange;
  readonly limit: number | undefined;
}

const PARAMETERS = new Set(['from', 'to', 'limit', 'cursor', 'order']);

/**
 * Reads the query of heart_rhythm, and of whatever else is a history.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parsePage(url: string, largestPage: number): Page {
  const given = readParameters(url, PARAMETERS);
  const order = readOrder(given.get('order'));
  const from = readSeconds('from', given.get('from'));
  const to = readSeconds('to', given.get('to'));
  if (from !== undefined && to !== undefined && from > to) refuseQuery(queryProblem.backwards);
  return {
    range: {
      order,
      from: from === undefined ? undefined : instant(from * 1000),
      // People are shown whole seconds, so the second `to` belongs to the range to its end.
      before: to === undefined ? undefined : instant((to + 1) * 1000),
      after: readCursor(given.get('cursor'), order),
    },
    limit: readLimit(given.get('limit'), largestPage),
  };
}

function readCursor(text: string | undefined, order: Order): Instant | undefined {
  if (text === undefined) return undefined;
  const cursor = decodeCursor(text);
  return cursor?.order === order ? cursor.after : refuseQuery(queryProblem.cursor);
}
