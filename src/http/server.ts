import { createServer, type Server } from 'node:http';
import { millis } from '../domain/time.js';
import type { GatewayOptions } from './options.js';

/** Node's server with our bounds. What meets one comes as a `clientError`. */
export function createBoundedServer({ keep_alive_timeout, limits }: GatewayOptions): Server {
  const headersTimeout = Math.ceil(millis(limits.headers_timeout));
  const server = createServer({
    keepAliveTimeout: Math.ceil(millis(keep_alive_timeout)),
    headersTimeout,
    requestTimeout: Math.max(headersTimeout, Math.ceil(millis(limits.request_timeout))),
    connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeout / 4)),
    maxHeaderSize: limits.headers,
    // Asked for where it can be answered in the house's form.
    requireHostHeader: false,
  });
  // A client that has sent all it will may close its side and wait: Node would drop its answer. Undocumented.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Bounded by their size; a header that was not counted could hide a body.
  server.maxHeadersCount = 0;
  return server;
}
