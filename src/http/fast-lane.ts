import type { IncomingHttpHeaders } from 'node:http';
import { ANYBODY, type Permission } from '../domain/access.js';
import { isDeviceName } from '../domain/device.js';
import type { UserId, UserIds } from '../domain/user-id.js';
import { heartbeatBatch } from './nodes/node-routes.js';
import type { BatchLimits } from './input/batch.js';
import { isConditional } from './input/preconditions.js';
import type { Daemon } from '../app/api/daemon.js';
import type { Exchange } from './server/exchange.js';
import { checkup, checkupBatch, heal, healBatch } from './users/user-routes.js';

const HEAL = '/heal/';
const CHECKUP = '/checkup/';
/** An id with a device behind it, and nothing else. */
const DEVICE = /^([^?]*)\?device=([^&#%]*)$/;
/** What may stand for itself in a segment of a path (RFC 3986, `pchar` without percent-encoding). */
const PLAIN = /^[\w.~!$&'()*+,;=:@-]+$/;
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
    const rest = url.slice(HEAL.length);
    const [, id = rest, device] = rest.includes('?') ? (DEVICE.exec(rest) ?? []) : [];
    const user = userIn(daemon.users.ids, id);
    if (user === undefined || !exchange.isBodiless || isConditional(headers) || !daemon.serving) return false;
    if (device !== undefined && !isDeviceName(device)) return false;
    if (access !== ANYBODY && !(access.may('heal') && access.mayTouchUser(user))) return false;
    heal(daemon, exchange, user, device === undefined ? undefined : { device });
    return true;
  }
  if (method === 'GET' && url.startsWith(CHECKUP)) {
    const user = userIn(daemon.users.ids, url.slice(CHECKUP.length));
    if (user === undefined || !exchange.isBodiless || isConditional(headers) || !daemon.serving) return false;
    if (access !== ANYBODY && !(access.may('checkup') && access.mayWatchUser(user))) return false;
    checkup(daemon, exchange, user);
    return true;
  }
  if (method === 'POST') return takeBatch(daemon, limits, exchange);
  return false;
}

/** @param rest of the target. A text that has to be decoded, or has a query behind it, is left to Express. */
function userIn({ kind, parse }: UserIds, rest: string): UserId | undefined {
  return kind === 'integer' || PLAIN.test(rest) ? parse(rest) : undefined;
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
    headers['sec-fetch-site'] === undefined &&
    headers.origin === undefined
  );
}
