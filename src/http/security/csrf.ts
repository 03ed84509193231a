import type { RequestHandler } from 'express';
import { forbidden } from '../../views/messages.js';
import { exchangeOf } from '../server/exchange-of.js';
import type { Cors } from './cors.js';

/**
 * A page of any site may have its browser POST to any address, the loopback of its machine included; it only cannot
 * read the answer. Browsers say that they do. Whatever else changes something they ask about first.
 */
export function refuseCrossSite(cors: () => Cors): RequestHandler {
  return ({ method, headers }, response, next) => {
    if (method !== 'POST' || headers['sec-fetch-site'] !== 'cross-site' || cors().allows(headers.origin))
      next();
    else exchangeOf(response).refuse('HEARTBEAT_FORBIDDEN', { message: forbidden.crossSite });
  };
}
