import { HeartbeatError } from '../errors.js';
import { queryProblem } from './messages.js';

export type Order = 'asc' | 'desc';

/** The instants that a `Date` holds, in seconds. */
const LATEST = 8_640_000_000_000;

/**
 * The parameters of a query, each at most once.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`, whose message names the parameter; so do all that read one
 */
export function readParameters(url: string, known: ReadonlySet<string>): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  const start = url.indexOf('?');
  for (const [name, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (!known.has(name)) refuseQuery(queryProblem.unknown(name));
    if (given.has(name)) refuseQuery(queryProblem.repeated(name));
    given.set(name, value);
  }
  return given;
}

export function readOrder(text: string | undefined): Order {
  if (text === undefined || text === 'asc') return 'asc';
  return text === 'desc' ? 'desc' : refuseQuery(queryProblem.order);
}

export function readSeconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Math.abs(seconds) <= LATEST ? seconds : refuseQuery(queryProblem.notSeconds(name));
}

export function readLimit(text: string | undefined, largest: number): number | undefined {
  if (text === undefined) return undefined;
  const limit = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= largest ? limit : refuseQuery(queryProblem.limit(largest));
}

export function refuseQuery(problem: string): never {
  throw new HeartbeatError('HEARTBEAT_INVALID_QUERY', problem);
}
