import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { Logger } from '../../ports/logger.js';
import type { SessionHost, SocketPeer } from './session-host.js';
import { roomOf } from './socket-limits.js';
import { SocketSession } from './socket-session.js';

/** The most bytes of a reason for closing (RFC 6455, 5.5). */
const MOST_REASON = 123;
/** The most bytes of a frame before its payload (RFC 6455, 5.2); a daemon masks nothing. */
const MOST_HEADER = 10;
/** The close code for an error of ours. */
const INTERNAL = 1011;

/** A WebSocket that knows its connection, so that all share their listeners: those of each would be a tenth of it. */
export class ConnectedSocket extends WebSocket {
  declare connection: SocketConnection | undefined;
}

/** What a connection needs from outside; the same for all. */
export interface ConnectionHost {
  readonly sessions: SessionHost;
  readonly logger: Logger;
  /** Called once, when it is gone. */
  closed(connection: SocketConnection): void;
}

/** A session on a WebSocket. */
export class SocketConnection implements SocketPeer {
  readonly session: SocketSession;
  /** What the WebSocket runs on. */
  readonly socket: Duplex;
  readonly #ws: ConnectedSocket;
  readonly #host: ConnectionHost;

  constructor(ws: ConnectedSocket, socket: Duplex, host: ConnectionHost) {
    this.#ws = ws;
    this.socket = socket;
    this.#host = host;
    this.session = new SocketSession(host.sessions, this);
    ws.connection = this;
    ws.on('message', onMessage)
      .on('ping', onPing)
      .on('pong', onPong)
      .on('error', onError)
      .on('close', onClose);
  }

  get unsent(): number {
    return this.#ws.bufferedAmount;
  }

  send(frame: string): void {
    this.#ws.send(frame, this.#onSent(frame.length));
    this.#dropUnread();
  }

  ping(payload: string): void {
    this.#ws.ping(Buffer.from(payload, 'latin1'), undefined, this.#onSent(payload.length));
    this.#dropUnread();
  }

  pong(payload: Buffer): void {
    this.#ws.pong(payload, undefined, this.#onSent(payload.length));
    this.#dropUnread();
  }

  /** Of the frames that leave too much waiting, the last one finds little enough behind it once it has been sent. */
  #onSent(bytes: number): (() => void) | undefined {
    const waiting = this.#ws.bufferedAmount + bytes + MOST_HEADER;
    if (waiting <= roomOf(this.#host.sessions.limits)) return undefined;
    return () => this.guarded((session) => session.drained());
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, shortened(reason));
  }

  /** A client that does not read is not waited for. */
  #dropUnread(): void {
    if (this.#ws.bufferedAmount <= this.#host.sessions.limits.socket_unsent) return;
    this.session.unread();
    this.#ws.terminate();
  }

  guarded(handle: (session: SocketSession) => void): void {
    try {
      handle(this.session);
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.#host.logger.error('socket failed', { error });
    this.#ws.close(INTERNAL);
  }

  /** The WebSocket closes itself, with a code that says why: a frame was wrong or too large. */
  broken({ message }: Error): void {
    this.#host.logger.debug('socket broken', { reason: message });
    this.session.broken();
  }

  ended(): void {
    this.session.ended();
    this.#host.closed(this);
  }
}

/** As much of a reason as a close frame takes, without half a character: a client may have chosen some of it. */
function shortened(reason: string): string {
  return reason.slice(0, new TextEncoder().encodeInto(reason, new Uint8Array(MOST_REASON)).read);
}

function connectionOf(ws: WebSocket): SocketConnection | undefined {
  return ws instanceof ConnectedSocket ? ws.connection : undefined;
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  connectionOf(this)?.guarded((session) => {
    // Buffers are the default of ws.
    if (isBinary || !Buffer.isBuffer(data)) session.receivedBinary();
    else session.received(data.toString());
  });
}

function onPing(this: WebSocket, payload: Buffer): void {
  connectionOf(this)?.guarded((session) => session.pinged(payload));
}

function onPong(this: WebSocket, payload: Buffer): void {
  connectionOf(this)?.guarded((session) => session.ponged(payload.toString('latin1')));
}

function onError(this: WebSocket, error: Error): void {
  connectionOf(this)?.broken(error);
}

function onClose(this: WebSocket): void {
  connectionOf(this)?.ended();
}
