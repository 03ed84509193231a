import type { WebSocket } from 'ws';
import type { Logger } from '../../ports/logger.js';
import type { SessionHost, SocketPeer } from './session-host.js';
import { SocketSession } from './socket-session.js';

/** The most bytes of a reason for closing (RFC 6455, 5.5). */
const MOST_REASON = 123;
/** The close code for an error of ours. */
const INTERNAL = 1011;

/** A session on a WebSocket. */
export class SocketConnection implements SocketPeer {
  readonly session: SocketSession;
  readonly #ws: WebSocket;
  readonly #host: SessionHost;
  readonly #logger: Logger;

  /** @param closed called once, when the connection is gone */
  constructor(ws: WebSocket, host: SessionHost, logger: Logger, closed: () => void) {
    this.#ws = ws;
    this.#host = host;
    this.#logger = logger;
    const session = new SocketSession(host, this);
    this.session = session;
    ws.on('message', (data, isBinary) => {
      // Buffers are the default of ws.
      if (isBinary || !Buffer.isBuffer(data)) this.#guarded(() => session.receivedBinary());
      else this.#guarded(() => session.received(data.toString()));
    });
    ws.on('ping', (payload) => this.#guarded(() => session.pinged(payload)));
    ws.on('pong', (payload) => this.#guarded(() => session.ponged(payload.toString('latin1'))));
    // It closes the connection itself, with a code that says why: a frame was wrong or too large.
    ws.on('error', (error) => {
      logger.debug('socket broken', { reason: error.message });
      session.broken();
    });
    ws.on('close', () => {
      session.ended();
      closed();
    });
  }

  get unsent(): number {
    return this.#ws.bufferedAmount;
  }

  send(frame: string, sent?: () => void): void {
    this.#ws.send(frame, sent);
    this.#dropUnread();
  }

  ping(payload: string): void {
    this.#ws.ping(Buffer.from(payload, 'latin1'));
    this.#dropUnread();
  }

  pong(payload: Buffer): void {
    this.#ws.pong(payload);
    this.#dropUnread();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason.slice(0, MOST_REASON));
  }

  /** A client that does not read is not waited for. */
  #dropUnread(): void {
    if (this.#ws.bufferedAmount <= this.#host.limits.socket_unsent) return;
    this.session.unread();
    this.#ws.terminate();
  }

  #guarded(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#logger.error('socket failed', { error });
      this.#ws.close(INTERNAL);
    }
  }
}
