import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Precondition } from '../../domain/precondition.js';
import type { Exchange } from '../server/exchange.js';

/** Whether a request has a precondition. */
export function isConditional(headers: IncomingHttpHeaders): boolean {
  return headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
}

/**
 * `If-Match` and `If-None-Match` of a request (RFC 9110, 13.1.1 and 13.1.2).
 *
 * @param tag the strong entity tag of the resource; undefined for most, which have no tag and no date of change
 */
export function preconditionOf(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  tag?: string,
): Precondition | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match === undefined && noneMatch === undefined) return undefined;
  if (match !== undefined && !isAmong(tag, match)) return 'never';
  // With tags of other resources it always holds. Weak ones count here, and a cache may have made ours weak.
  const isAbsent = noneMatch !== undefined && isAmong(tag, noneMatch.replaceAll('W/', ''));
  if (match === undefined) return isAbsent ? 'absent' : undefined;
  if (!isAbsent) return 'exists';
  // Both: a resource that is read exists and is unchanged; one that is to be changed cannot both exist and not exist.
  return method === 'GET' || method === 'HEAD' ? 'absent' : 'never';
}

/** The entity tags in `If-Match`, without their quotes; undefined if there are none, or another condition beside them. */
export function tagsToMatch({ headers }: Pick<IncomingMessage, 'headers'>): readonly string[] | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match === undefined || noneMatch !== undefined || match.trim() === '*') return undefined;
  return match.split(',').flatMap((each) => /^"([!#-~]*)"$/.exec(each.trim())?.[1] ?? []);
}

/** @param tags those of a header, or `*` for any */
function isAmong(tag: string | undefined, tags: string): boolean {
  if (tags.trim() === '*') return true;
  return tag !== undefined && tags.split(',').some((each) => each.trim() === tag);
}

/**
 * Refuses a call that reads nothing if it names an entity tag, and says whether it did. For such a call there is no
 * resource that `*` could mean.
 */
export function failsByTag(exchange: Exchange): boolean {
  const { request } = exchange;
  if (exchange.precondition !== undefined || preconditionOf(request) !== 'never') return false;
  exchange.refuse('HEARTBEAT_PRECONDITION_FAILED');
  return true;
}
