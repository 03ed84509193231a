import type { IncomingMessage } from 'node:http';
import { forbidden, socketProblem } from '../../views/messages.js';
import { segmentsOf } from '../route-table.js';
import { isOfHost } from '../security/csrf.js';
import type { Cors } from '../security/cors.js';
import type { Exchange } from '../server/exchange.js';
import type { Refusal } from '../server/refusal.js';
import type { ErrorCode } from '../../errors.js';
import { isBodiless } from '../server/request-head.js';

export const SUBPROTOCOL = 'heartbeat.v1';
export const SOCKET_PATH = '/socket';

const VERSION = '13';
const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** A token of RFC 9110 (5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Why a request is not answered by a socket. */
export interface SocketRefusal extends Refusal {
  readonly code: ErrorCode;
}

declare module 'http' {
  interface IncomingMessage {
    /** Ours: why it is answered, and not upgraded. */
    upgradeRefusal?: SocketRefusal;
  }
}

/** What a request for a socket has to ask for, in the answer to one that does not. */
export const UPGRADE_REQUIRED: SocketRefusal = {
  code: 'HEARTBEAT_UPGRADE_REQUIRED',
  message: socketProblem.handshake(SUBPROTOCOL),
  headers: ['upgrade', 'websocket', 'sec-websocket-version', VERSION],
};

const CROSS_ORIGIN: SocketRefusal = { code: 'HEARTBEAT_FORBIDDEN', message: forbidden.crossOrigin };

type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'httpVersionMinor'>;

/** Whether a request asks for a socket, rightly or not. */
export function asksForSocket({ method, url, headers }: Head): boolean {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return false;
  const segments = segmentsOf(url);
  return segments.length === 1 && `/${segments[0] ?? ''}` === SOCKET_PATH;
}

/** @returns why the request cannot be upgraded, by its head; undefined if it can */
export function faultOfHandshake({ headers, httpVersionMinor }: Head, cors: Cors): SocketRefusal | undefined {
  const isWrong =
    httpVersionMinor === 0 ||
    !isBodiless(headers) ||
    headers['sec-websocket-version'] !== VERSION ||
    !KEY.test(headers['sec-websocket-key'] ?? '') ||
    !offersSubprotocol(headers['sec-websocket-protocol'] ?? '');
  if (isWrong) return UPGRADE_REQUIRED;
  const { origin, host } = headers;
  return origin === undefined || isOfHost(origin, host) || cors.allows(origin) ? undefined : CROSS_ORIGIN;
}

function offersSubprotocol(header: string): boolean {
  const offered = header.split(',').map((each) => each.trim());
  const isList = offered.every((each) => TOKEN.test(each)) && new Set(offered).size === offered.length;
  return isList && offered.includes(SUBPROTOCOL);
}

/** @returns whether the request was to be upgraded, and is refused */
export function refusesUpgrade(exchange: Exchange): boolean {
  const refusal = exchange.request.upgradeRefusal;
  if (refusal !== undefined) exchange.refuse(refusal.code, refusal);
  return refusal !== undefined;
}
