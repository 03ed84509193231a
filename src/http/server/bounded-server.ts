import { constants } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { toMillis } from '../../domain/time.js';
import { Server as TlsServer } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
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
  const secure = pem && {
    ...settings,
    ...PROTOCOL,
    ...pem,
    ...askingFor(pem),
    handshakeTimeout: headersTimeout,
  };
  const server = secure === undefined ? createServer(settings) : createTlsServer(secure);
  if (server instanceof TlsServer && pem !== undefined) {
    inForce.set(server, pem);
    noteAuthorities(server, () => inForce.get(server)?.ca);
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
  // A new context would not know the tickets of the old one, and everybody would shake hands in full.
  if (isDeepStrictEqual(pem, inForce.get(server))) return;
  server.setSecureContext({ ...PROTOCOL, ...pem });
  // Likewise.
  Object.assign(server, askingFor(pem));
  inForce.set(server, pem);
}

/** What each server of HTTPS has in force. */
const inForce = new WeakMap<Server, Pem>();

/** Forward secrecy only (ECDHE): a stolen key of the certificate decrypts no earlier connection. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** Mozilla's "intermediate" without finite-field Diffie-Hellman. A client cannot make the server shake hands again. */
const PROTOCOL = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS.join(':'),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;

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
