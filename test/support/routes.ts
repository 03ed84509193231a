import { createApi } from '../../src/http/express-api.js';
import { EventStreams } from '../../src/http/events/event-streams.js';
import { Cors } from '../../src/http/security/cors.js';
import type { Route } from '../../src/http/route-table.js';
import { FakeDaemon } from '../http/support/fake-daemon.js';
import { NO_DESK } from '../http/support/no-desk.js';
import { NO_REQUESTS } from './metrics.js';
import { SimulatedClock } from './simulated-clock.js';

/** The limits of the contract. */
export const CONTRACT_LIMITS = { batch: 100, body: 1024, page: 500 };

/** All routes of the router itself, so that no test can miss one. */
export function allRoutes(): readonly Route[] {
  const { routes } = createApi(
    new FakeDaemon(),
    new SimulatedClock(),
    CONTRACT_LIMITS,
    () => NO_REQUESTS,
    () => new Cors([]),
    new EventStreams(new SimulatedClock()),
    () => undefined,
    () => undefined,
    () => ({
      badges: { signer: undefined, publicUrl: null },
      status: { pages: [], publicUrl: null },
      contract: { isPublic: false, publicUrl: null, localUrl: 'http://127.0.0.1:3519' },
    }),
    NO_DESK,
  );
  return routes.all;
}
