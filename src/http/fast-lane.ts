import type { IncomingHttpHeaders } from 'node:http';
import { ANYBODY } from '../domain/access.js';
import { parseUserId } from '../domain/user-id.js';
import type { Daemon } from './daemon.js';
import type { Exchange } from './exchange.js';
import { checkup, heal } from './presence.js';

const HEAL = '/heal/';
const CHECKUP = '/checkup/';

/**
 * Takes the two hot calls past Express, which costs several times all the rest of them. Only what it recognises
 * to the last character, and who asks may do: anything else, errors included, is left to Express untouched.
 *
 * @returns whether it has taken the request
 */
export function takeFastLane(daemon: Daemon, exchange: Exchange): boolean {
  const { access, request } = exchange;
  const { method, url = '', headers } = request;
  if (method === 'PUT' && url.startsWith(HEAL)) {
    const user = parseUserId(url.slice(HEAL.length));
    if (user === undefined || !isBodiless(headers) || !daemon.serving) return false;
    if (access !== ANYBODY && !(access.may('heal') && access.mayTouchUser(user))) return false;
    heal(daemon, exchange, user);
    return true;
  }
  if (method === 'GET' && url.startsWith(CHECKUP)) {
    const user = parseUserId(url.slice(CHECKUP.length));
    if (user === undefined || !isBodiless(headers) || !daemon.serving) return false;
    if (access !== ANYBODY && !(access.may('checkup') && access.mayTouchUser(user))) return false;
    checkup(daemon, exchange, user);
    return true;
  }
  return false;
}

/** Whether a request ends with its head. */
export function isBodiless(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return (length === undefined || length === '0') && headers['transfer-encoding'] === undefined;
}
