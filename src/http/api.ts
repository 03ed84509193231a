import type { IncomingMessage } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { Clock } from '../ports/clock.js';
import { admitBody, readBody, readsBodies } from './input/body.js';
import { setBrowserHeaders } from './security/browser-headers.js';
import { refuseCrossSite } from './security/csrf.js';
import type { Daemon } from './daemon.js';
import type { Cors } from './security/cors.js';
import type { Exchange } from './server/exchange.js';
import { attach, exchangeOf } from './server/exchange-of.js';
import { isBodiless } from './server/request-head.js';
import type { GatewayFacts } from './gateway-report.js';
import type { GatewayLimits } from './options.js';
import { Resources, type Route } from './resource.js';
import { addAlerts } from './alerts/alert-routes.js';
import { addContract } from './ops/contract-routes.js';
import { addMetrics } from './ops/metrics-routes.js';
import { addNodes } from './nodes/node-routes.js';
import { addPresence } from './users/user-routes.js';
import { addProbes } from './ops/probe-routes.js';
import { addUsers } from './users/routes.js';

/** The way into the API, and what there is in it. */
export interface Api {
  readonly handle: (exchange: Exchange) => void;
  readonly routes: readonly Route[];
}

/** The whole API on Express. */
export function createApi(
  daemon: Daemon,
  clock: Clock,
  limits: Pick<GatewayLimits, 'batch' | 'body' | 'page'>,
  gateway: () => GatewayFacts,
  cors: () => Cors,
): Api {
  const app = express();
  app.disable('x-powered-by').enable('case sensitive routing');
  const resources = new Resources(app, limits);

  app.use(setBrowserHeaders);
  app.use(takeUndecodableLiterally);
  app.use(refuseCrossSite(cors));
  addProbes(resources, daemon);
  addMetrics(resources, daemon, gateway);
  addContract(resources, limits);
  app.use((_request, response, next) => {
    if (daemon.serving) next();
    else exchangeOf(response).refuse('HEARTBEAT_NOT_READY');
  });
  app.use(admitBody(limits));
  addPresence(resources, daemon, clock, limits);
  addUsers(resources, daemon);
  addNodes(resources, daemon, clock, limits);
  addAlerts(resources, daemon, limits);
  app.use((request, response) => {
    const exchange = exchangeOf(response);
    const refuse = (): void => exchange.refuse('HEARTBEAT_NOT_FOUND');
    if (!readsBodies(request.path) || isBodiless(request.headers)) refuse();
    else readBody(exchange, request, limits.body, refuse);
  });
  // Express tells an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    exchangeOf(response).fail(error);
  });

  return {
    handle: (exchange) => {
      attach(exchange);
      exchange.watchClient();
      takeInOriginForm(exchange.request);
      app(exchange.request, exchange.response);
    },
    routes: resources.routes,
  };
}

/**
 * Whom a request in absolute form names does not matter (RFC 9112, 3.2.2), and Express answers by itself, and not as
 * we do, where that is no name at all.
 */
function takeInOriginForm(request: IncomingMessage): void {
  const target = request.url ?? '';
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  if (path !== target) request.url = path.startsWith('/') ? path : `/${path}`;
}

/**
 * Express refuses a path with broken percent-encoding before it looks at the method. Taken for the characters it is
 * made of, it is judged like any other: the method first, and then an id that is none.
 */
function takeUndecodableLiterally(request: Request, _response: Response, next: NextFunction): void {
  const { path } = request;
  try {
    decodeURIComponent(path);
  } catch {
    const query = request.url.indexOf('?');
    request.url = path.replaceAll('%', '%25') + (query < 0 ? '' : request.url.slice(query));
  }
  next();
}
