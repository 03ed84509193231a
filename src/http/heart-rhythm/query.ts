import { instant, type Instant } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import type { HistoryRange } from '../../ports/history-store.js';
import { queryProblem } from '../messages.js';
import { decodeCursor, type Order } from './cursor.js';

/** Which part of a history was asked for. */
export interface Page {
  readonly range: HistoryRange;
  readonly limit: number | undefined;
}

const PARAMETERS = new Set(['from', 'to', 'limit', 'cursor', 'order']);

/** The instants that a `Date` holds, in seconds. */
const LATEST = 8_640_000_000_000;

/**
 * Reads the query of heart_rhythm.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter
 */
export function parsePage(url: string, largestPage: number): Page {
  const given = readParameters(url);
  const order = readOrder(given.get('order'));
  const from = readSeconds('from', given.get('from'));
  const to = readSeconds('to', given.get('to'));
  if (from !== undefined && to !== undefined && from > to) refuse(queryProblem.backwards);
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

function readParameters(url: string): Map<string, string> {
  const given = new Map<string, string>();
  const start = url.indexOf('?');
  for (const [name, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (!PARAMETERS.has(name)) refuse(queryProblem.unknown(name));
    if (given.has(name)) refuse(queryProblem.repeated(name));
    given.set(name, value);
  }
  return given;
}

function readOrder(text: string | undefined): Order {
  if (text === undefined || text === 'asc') return 'asc';
  return text === 'desc' ? 'desc' : refuse(queryProblem.order);
}

function readSeconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Math.abs(seconds) <= LATEST ? seconds : refuse(queryProblem.notSeconds(name));
}

function readLimit(text: string | undefined, largest: number): number | undefined {
  if (text === undefined) return undefined;
  const limit = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= largest ? limit : refuse(queryProblem.limit(largest));
}

function readCursor(text: string | undefined, order: Order): Instant | undefined {
  if (text === undefined) return undefined;
  const cursor = decodeCursor(text);
  return cursor?.order === order ? cursor.after : refuse(queryProblem.cursor);
}

function refuse(problem: string): never {
  throw new HeartbeatError('HEARTBEAT_INVALID_QUERY', problem);
}
