import express, { type NextFunction, type Request, type Response } from 'express';
import type { Clock } from '../ports/clock.js';
import type { LinkSigner } from '../ports/link-signer.js';
import { admitBody } from './input/body.js';
import { setBrowserHeaders } from './security/browser-headers.js';
import { refuseCrossOrigin } from './security/csrf.js';
import type { Daemon } from '../app/api/daemon.js';
import type { Cors } from './security/cors.js';
import type { Exchange } from './server/exchange.js';
import { attach, exchangeOf } from './server/exchange-of-response.js';
import type { GatewayFacts } from '../app/daemon-facts.js';
import type { GatewayLimits } from './gateway-options.js';
import type { PublicOptions } from './public-options.js';
import { Resources } from './resources.js';
import { inOriginForm, type RouteTable } from './route-table.js';
import { addAlerts } from './alerts/alert-routes.js';
import { addBadges } from './badges/badge-routes.js';
import { addEvents } from './events/event-routes.js';
import { addDashboard } from './dashboard/dashboard-routes.js';
import type { EventStreams } from './events/event-streams.js';
import { addLinks } from './links/link-routes.js';
import { addNodes } from './nodes/node-routes.js';
import { addPings, type PingKeys } from './pings/ping-routes.js';
import { addUptime } from './uptime/uptime-routes.js';
import { addRotas } from './rotas/rota-routes.js';
import { addOpenId, type OpenIdDesk } from './sign-in/openid-routes.js';
import { addSignIn } from './sign-in/sign-in-routes.js';
import { addSilences } from './silences/silence-routes.js';
import { addIncidents } from './status/incident-routes.js';
import { PublishedPages } from './status/published-pages.js';
import { addStatusPages } from './status/status-routes.js';
import { addSocket } from './sockets/socket-route.js';
import { addUsers } from './users/user-routes.js';
import { addBackup } from './ops/backup-route.js';
import {
  addCluster,
  addContract,
  addMetrics,
  addProbes,
  addConfigurationDiff,
  addStats,
} from './ops/ops-routes.js';

/** The API's entry point and its routes. */
export interface Api {
  readonly handle: (exchange: Exchange) => void;
  readonly routes: RouteTable;
  /** Pings that did not count, because one node had too many in a second. */
  readonly droppedPings: () => number;
}

/** The whole API on Express. */
export function createApi(
  daemon: Daemon,
  clock: Clock,
  limits: Pick<GatewayLimits, 'batch' | 'body' | 'page'>,
  gateway: () => GatewayFacts,
  cors: () => Cors,
  streams: EventStreams,
  pingKeys: PingKeys,
  links: () => LinkSigner | undefined,
  open: () => PublicOptions,
  desk: OpenIdDesk,
): Api {
  const app = express();
  app.disable('x-powered-by').enable('case sensitive routing');
  const resources = new Resources(app, limits, daemon.users.ids);

  app.use(setBrowserHeaders);
  app.use(takeUndecodableLiterally);
  app.use(refuseCrossOrigin(cors));
  addProbes(resources, daemon);
  addCluster(resources, daemon);
  addMetrics(resources, daemon, gateway);
  addContract(resources, limits, daemon.users.ids.kind, () => open().contract);
  addDashboard(resources);
  const published = new PublishedPages(daemon, () => open().status);
  app.all(['/status', '/status/:page'], admitBody(limits, resources.routes));
  addStatusPages(resources, daemon, clock, limits, published);
  app.all('/session', admitBody(limits, resources.routes));
  addSignIn(resources, { daemon, clock, limits, desk });
  addOpenId(resources, { daemon, clock, desk });
  addSocket(resources);
  app.use((_request, response, next) => {
    if (daemon.serving) next();
    else exchangeOf(response).refuse('HEARTBEAT_NOT_READY');
  });
  app.use(admitBody(limits, resources.routes));
  addUsers(resources, daemon, clock, limits);
  addNodes(resources, daemon, clock, limits);
  const pings = addPings(resources, daemon, clock, limits, pingKeys);
  addLinks(resources, daemon, clock, links);
  addAlerts(resources, daemon, limits);
  addUptime(resources, daemon, clock, limits);
  addRotas(resources, daemon, clock, limits);
  addBadges(resources, daemon, clock, () => open().badges);
  addIncidents(resources, daemon, limits, published);
  addSilences(resources, daemon, clock, limits);
  addStats(resources, daemon);
  addConfigurationDiff(resources, daemon);
  addBackup(resources, daemon, clock);
  addEvents(resources, { daemon, clock, streams, limits });
  app.use((_request, response) => {
    exchangeOf(response).refuse('HEARTBEAT_NOT_FOUND');
  });
  // Express tells an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    exchangeOf(response).fail(error);
  });

  return {
    handle: (exchange) => {
      attach(exchange);
      exchange.watchClient();
      const { request, response } = exchange;
      // Express answers a target in absolute form by itself, and differently, if its authority is not a name.
      request.url = inOriginForm(request.url ?? '');
      app(request, response);
    },
    routes: resources.routes,
    droppedPings: () => pings.dropped,
  };
}

/**
 * Express refuses a path with broken percent-encoding before it looks at the method. Taken literally, the path is
 * judged like any other: first the method, then an invalid id.
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
