import type { RequestHandler } from 'express';
import type { GatewayLimits } from './options.js';
import { exchangeOf } from './exchange-of.js';
import { isBatch } from './batch/is-batch.js';
import { isAcknowledgement } from './nodes/acknowledgement.js';
import { isSettings } from './nodes/settings.js';
import { isBodiless } from './fast-lane.js';

/**
 * Few calls have a use for a body, and clients send them all the same: it is read and dropped, and the request goes on
 * when it has come to its end, for until then it may still turn out too large.
 */
export function dropBody(limits: Pick<GatewayLimits, 'body'>): RequestHandler {
  return (request, response, next) => {
    const { headers } = request;
    // It may change while the daemon runs.
    const { body: limit } = limits;
    if (isBodiless(headers)) {
      next();
      return;
    }
    if (Number(headers['content-length'] ?? 0) > limit) {
      exchangeOf(response).refuse('HEARTBEAT_BODY_TOO_LARGE', { hangUp: true });
      return;
    }
    if (request.httpVersion === '1.1' && /100-continue/i.test(headers.expect ?? '')) response.writeContinue();
    if (isBatch(request) || isSettings(request) || isAcknowledgement(request)) {
      next();
      return;
    }

    let received = 0;
    const count = (chunk: Buffer): void => {
      received += chunk.length;
      if (received <= limit) return;
      request.off('data', count).off('end', goOn);
      exchangeOf(response).refuse('HEARTBEAT_BODY_TOO_LARGE', { hangUp: true });
    };
    const goOn = (): void => {
      next();
    };
    request.on('data', count).once('end', goOn);
  };
}
