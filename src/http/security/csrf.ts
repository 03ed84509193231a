import type { RequestHandler } from 'express';
import { forbidden } from '../../views/messages.js';
import { isPing } from '../pings/ping-target.js';
import { exchangeOf } from '../server/exchange-of-response.js';
import type { Cors } from './cors.js';

/**
 * Protects against CSRF: a page of any site can make its browser POST to any address, including the loopback of its
 * machine; it only cannot read the answer. Browsers mark such requests. Before other changing methods they send a
 * preflight.
 */
export function refuseCrossSite(cors: () => Cors): RequestHandler {
  return ({ method, headers, url }, response, next) => {
    // Who pings knows a secret, or is refused where the ping is handled.
    if (
      method !== 'POST' ||
      isPing(url) ||
      headers['sec-fetch-site'] !== 'cross-site' ||
      cors().allows(headers.origin)
    )
      next();
    else exchangeOf(response).refuse('HEARTBEAT_FORBIDDEN', { message: forbidden.crossSite });
  };
}
