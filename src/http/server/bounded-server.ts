import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { toMillis } from '../../domain/time.js';
import { Server as TlsServer } from 'node:tls';
import type { GatewayOptions } from '../gateway-options.js';
import { noteAuthorities } from './client-certificates.js';
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
  const pem = pemOf(options);
  // A handshake is the beginning of a head.
  const secure = pem && { ...settings, ...pem, ...askingFor(pem), handshakeTimeout: headersTimeout };
  const server = secure === undefined ? createServer(settings) : createTlsServer(secure);
  if (server instanceof TlsServer) {
    authorities.set(server, pem?.ca);
    noteAuthorities(server, () => authorities.get(server));
  }
  // A client that has sent everything may close its side and wait: Node would drop its answer. Undocumented.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Headers are limited by size; one that was not counted could hide a body.
  server.maxHeadersCount = 0;
  return server;
}

/** Applies other limits and certificates, from the next request, or from the next connection. */
export function bound(server: Server, options: GatewayOptions): void {
  // The size is Node's own property, but undocumented.
  Object.assign(server, boundsOf(options));
  const pem = pemOf(options);
  if (pem === undefined || !(server instanceof TlsServer)) return;
  server.setSecureContext(pem);
  // Likewise.
  Object.assign(server, askingFor(pem));
  authorities.set(server, pem.ca);
}

/** That of client certificates which each server of HTTPS has in force. */
const authorities = new WeakMap<Server, string | undefined>();

/** In Node's names. */
interface Pem {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

function pemOf({ tls, auth }: GatewayOptions): Pem | undefined {
  const ca = auth?.trusted_header?.clientCa;
  return tls && { cert: tls.certificate, key: tls.key.reveal(), ...(ca !== undefined && { ca }) };
}

/** Clients are asked for a certificate where one may count, and none has to have one. */
function askingFor({ ca }: Pem): { readonly requestCert: boolean; readonly rejectUnauthorized: boolean } {
  return { requestCert: ca !== undefined, rejectUnauthorized: false };
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
