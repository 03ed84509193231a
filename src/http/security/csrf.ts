import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { forbidden } from '../../views/messages.js';
import { isLink } from '../links/link-target.js';
import { isPing } from '../pings/ping-target.js';
import { exchangeOf } from '../server/exchange-of-response.js';
import type { Cors } from './cors.js';

type Head = Pick<IncomingMessage, 'headers'>;

/**
 * Protects against CSRF: a page of any origin can make its browser POST to any address, including the loopback of its
 * machine; it only cannot read the answer. Browsers say where such requests come from. Before other changing methods
 * they send a preflight.
 */
export function refuseCrossOrigin(cors: () => Cors): RequestHandler {
  return (request, response, next) => {
    const { method, headers, url } = request;
    // Who pings knows a secret, or is refused where the ping is handled.
    const isForeign = method === 'POST' && !isPing(url) && isFromElsewhere(url, request, cors());
    if (!isForeign || cors().allows(headers.origin)) next();
    else exchangeOf(response).refuse('HEARTBEAT_FORBIDDEN', { message: forbidden.crossOrigin });
  };
}

/** The page of a signed link sends no referrer, so its origin is `null`. */
function isFromElsewhere(url: string, request: Head, cors: Cors): boolean {
  if (isMarkedAsForeign(request)) return true;
  return !isLink(url) && isOfOtherOrigin(request) && !cors.isOwn(request.headers.origin);
}

/** Whether the browser says that a page of another origin made it send this, be it of the same site. */
export function isMarkedAsForeign({ headers }: Head): boolean {
  const { 'sec-fetch-site': site } = headers;
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Whether `Origin` is that of another host, where the browser does not say more: an old one, or one over plain HTTP. */
export function isOfOtherOrigin({ headers: { origin, host, 'sec-fetch-site': site } }: Head): boolean {
  return origin !== undefined && site === undefined && !isOfHost(origin, host);
}

/**
 * Whether the page that made a browser send this is one of the daemon itself. What a browser adds by itself, such as a
 * cookie, counts only then. Browsers without `Sec-Fetch-Site` cannot say so where they send no `Origin`.
 *
 * @param own the origin at which people reach the daemon
 */
export function isOfOwnPage({ headers: { origin, 'sec-fetch-site': site } }: Head, own: string): boolean {
  return origin === undefined ? site === 'same-origin' : origin === own;
}

/** Whether a page was loaded from the host that it calls. A proxy may have another scheme than the daemon. */
export function isOfHost(origin: string, host: string | undefined): boolean {
  const [, authority] = /^https?:\/\/(.+)$/i.exec(origin) ?? [];
  return authority !== undefined && authority.toLowerCase() === host?.toLowerCase();
}
