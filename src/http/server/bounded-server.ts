import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { toMillis } from '../../domain/time.js';
import type { GatewayOptions, TlsOptions } from '../gateway-options.js';
import { upgradableRequest } from './upgradable-request.js';

/**
 * Node's server with our limits. Requests beyond one cause a `clientError`.
 *
 * @param isUpgraded decides of a request that asks for an upgrade
 */
export function createBoundedServer(
  options: GatewayOptions,
  isUpgraded: (request: IncomingMessage) => boolean,
): Server {
  const { headersTimeout, requestTimeout, keepAliveTimeout, maxHeaderSize } = boundsOf(options);
  const settings = {
    keepAliveTimeout,
    headersTimeout,
    requestTimeout,
    maxHeaderSize,
    connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeout / 4)),
    // Checked where it can be answered in our own form.
    requireHostHeader: false,
    // Node would take the first of a repeated field, and others may take the last.
    joinDuplicateHeaders: true,
    IncomingMessage: upgradableRequest(isUpgraded),
  };
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer(settings)
      : // A handshake is the beginning of a head.
        createTlsServer({ ...settings, ...pemOf(tls), handshakeTimeout: headersTimeout });
  // A client that has sent everything may close its side and wait: Node would drop its answer. Undocumented.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Headers are limited by size; one that was not counted could hide a body.
  server.maxHeadersCount = 0;
  return server;
}

/** Applies other limits, from the next request, or for connection limits from the next connection. */
export function bound(server: Server, options: GatewayOptions): void {
  // The size is Node's own property, but undocumented.
  Object.assign(server, boundsOf(options));
}

/** In Node's names. */
export function pemOf({ certificate, key }: TlsOptions): { readonly cert: string; readonly key: string } {
  return { cert: certificate, key: key.reveal() };
}

function boundsOf({ keep_alive_timeout, limits }: GatewayOptions) {
  const headersTimeout = Math.ceil(toMillis(limits.headers_timeout));
  return {
    keepAliveTimeout: Math.ceil(toMillis(keep_alive_timeout)),
    headersTimeout,
    requestTimeout: Math.max(headersTimeout, Math.ceil(toMillis(limits.request_timeout))),
    maxHeaderSize: limits.headers,
  };
}
