import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { isPing } from '../pings/ping-target.js';

const NOBODY = ["'none'"];
const SELF = ["'self'"];

/** What a browser may do with an answer: load nothing from elsewhere, run no inline script, show no frame. */
const shield = helmet({
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

/**
 * Sets these headers on what a browser can be made to show. On other answers they would be half a kilobyte for each
 * heartbeat. A ping is answered with a fixed word in plain text, which needs none.
 */
export const setBrowserHeaders: RequestHandler = (request, response, next) => {
  const isShown = (request.method === 'GET' || request.method === 'HEAD') && !isPing(request.url);
  if (isShown) shield(request, response, next);
  else next();
};
