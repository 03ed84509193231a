import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Precondition } from '../../domain/precondition.js';
import type { Exchange } from '../server/exchange.js';

/** Whether a request has a precondition. */
export function isConditional(headers: IncomingHttpHeaders): boolean {
  return headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
}

/** `If-Match` and `If-None-Match` of a request (RFC 9110, 13.1.1 and 13.1.2): nothing here has an entity tag or a date of change. */
export function preconditionOf({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): Precondition | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match === undefined && noneMatch === undefined) return undefined;
  if (match !== undefined && match.trim() !== '*') return 'never';
  // With tags it always holds: none of them matches.
  const isAbsent = noneMatch?.trim() === '*';
  if (match === undefined) return isAbsent ? 'absent' : undefined;
  if (!isAbsent) return 'exists';
  // Both: a resource that is read exists and is unchanged; one that is to be changed cannot both exist and not exist.
  return method === 'GET' || method === 'HEAD' ? 'absent' : 'never';
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
