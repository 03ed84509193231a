import { TLSSocket } from 'node:tls';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { isPing } from '../pings/ping-target.js';

const NOBODY = ["'none'"];
const SELF = ["'self'"];

/** A year. Subdomains are other services, of which this one knows nothing. */
const OVER_TLS = { maxAge: 31_536_000, includeSubDomains: false };

/** What a browser may do with an answer: load nothing from elsewhere, run no inline script, show no frame. */
const shieldWith = (strictTransportSecurity: typeof OVER_TLS | false): RequestHandler =>
  helmet({
    strictTransportSecurity,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: NOBODY,
        scriptSrc: SELF,
        styleSrc: SELF,
        imgSrc: SELF,
        fontSrc: SELF,
        connectSrc: SELF,
        baseUri: NOBODY,
        formAction: NOBODY,
        frameAncestors: NOBODY,
      },
    },
    xFrameOptions: { action: 'deny' },
  });

const shield = shieldWith(false);
/** Only over our own TLS. Where a proxy has the certificate, the proxy says how long that stays so. */
const shieldOverTls = shieldWith(OVER_TLS);

/**
 * Sets these headers on what a browser can be made to show. On other answers they would be half a kilobyte for each
 * heartbeat. A ping is answered with a fixed word in plain text, which needs none.
 */
export const setBrowserHeaders: RequestHandler = (request, response, next) => {
  const isShown = (request.method === 'GET' || request.method === 'HEAD') && !isPing(request.url);
  if (!isShown) next();
  else if (request.socket instanceof TLSSocket) shieldOverTls(request, response, next);
  else shield(request, response, next);
};
