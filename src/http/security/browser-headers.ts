import type { RequestHandler } from 'express';
import helmet from 'helmet';

const NOBODY = ["'none'"];
const SELF = ["'self'"];

/** What a browser may make of an answer: nothing that does not come from here, no inline script, no frame. */
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

/** Shields whatever a browser can be led to show. Nothing else is: it would be half a kilobyte on each heartbeat. */
export const setBrowserHeaders: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') shield(request, response, next);
  else next();
};
