import type { IncomingHttpHeaders } from 'node:http';
import { ANYBODY, type Permission } from '../domain/access.js';
import { parseUserId } from '../domain/user-id.js';
import { heartbeatBatch } from './nodes/node-routes.js';
import type { BatchLimits } from './input/batch.js';
import { isConditional } from './input/preconditions.js';
import type { Daemon } from '../app/api.js';
import type { Exchange } from './server/exchange.js';
import { checkup, checkupBatch, heal, healBatch } from './users/user-routes.js';

const HEAL = '/heal/';
const CHECKUP = '/checkup/';
const BATCHES: ReadonlyMap<string, { readonly needs: Permission; readonly take: typeof healBatch }> = new Map(
  [
    ['/heal', { needs: 'heal', take: healBatch }],
    ['/checkup', { needs: 'checkup', take: checkupBatch }],
    ['/nodes/heartbeats', { needs: 'heal', take: heartbeatBatch }],
  ],
);

/**
 * Handles the hot calls without Express, which costs several times as much as everything else of a single call. Handles
 * only requests that it recognises exactly and that are authorized; all others, errors included, go to Express
 * untouched. See decision 7.
 *
 * @returns whether it has handled the request
 */
export function takeFastLane(daemon: Daemon, limits: BatchLimits, exchange: Exchange): boolean {
  const { access, request } = exchange;
  const { method, url = '', headers } = request;
  if (method === 'PUT' && url.startsWith(HEAL)) {
    const user = parseUserId(url.slice(HEAL.length));
    if (user === undefined || !exchange.isBodiless || isConditional(headers) || !daemon.serving) return false;
    if (access !== ANYBODY && !(access.may('heal') && access.mayTouchUser(user))) return false;
    heal(daemon, exchange, user);
    return true;
  }
  if (method === 'GET' && url.startsWith(CHECKUP)) {
    const user = parseUserId(url.slice(CHECKUP.length));
    if (user === undefined || !exchange.isBodiless || isConditional(headers) || !daemon.serving) return false;
    if (access !== ANYBODY && !(access.may('checkup') && access.mayTouchUser(user))) return false;
    checkup(daemon, exchange, user);
    return true;
  }
  if (method === 'POST') return takeBatch(daemon, limits, exchange);
  return false;
}

function takeBatch(daemon: Daemon, limits: BatchLimits, exchange: Exchange): boolean {
  const { access, request } = exchange;
  const batch = BATCHES.get(request.url ?? '');
  if (batch === undefined || !isPlainBody(request.headers, limits.body) || !daemon.serving) return false;
  if (access !== ANYBODY && !access.may(batch.needs)) return false;
  exchange.watchClient();
  batch.take(daemon, limits, exchange, request);
  return true;
}

/**
 * Whether the body can be read without further checks: not from a browser, with a length, without a coding, and not too
 * large.
 */
function isPlainBody(headers: IncomingHttpHeaders, limit: number): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= limit &&
    headers.expect === undefined &&
    !isConditional(headers) &&
    headers['content-encoding'] === undefined &&
    headers['sec-fetch-site'] === undefined
  );
}
