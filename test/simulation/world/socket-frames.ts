import type { Connection } from '../machine/connections.js';

interface FrameHandlers {
  readonly opened: () => void;
  readonly text: (text: string) => void;
  /** @param payload in Latin-1 */
  readonly ping: (payload: string) => void;
  /** The daemon closes with this code. */
  readonly close: (code: number) => void;
  /** There was another answer than a socket, or the connection is gone. */
  readonly ended: () => void;
}

const HEAD = [
  'GET /socket HTTP/1.1',
  'host: localhost',
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
  'sec-websocket-protocol: heartbeat.v1',
].join('\r\n');

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const LAST = 0x80;
/** Frames of clients have a mask; this one changes nothing. */
const MASK = [LAST, 0, 0, 0, 0] as const;

/** The client's end of a WebSocket (RFC 6455). */
export class SocketFrames {
  readonly #connection: Connection;
  readonly #handlers: FrameHandlers;
  #raw = '';
  #isOpen = false;
  #isOver = false;

  constructor(connection: Connection, handlers: FrameHandlers) {
    this.#connection = connection;
    this.#handlers = handlers;
    connection.heard = (text) => {
      this.#raw += text;
      this.#take();
    };
    connection.ended = () => {
      this.#end();
    };
  }

  /** Asks for the socket. */
  open(): void {
    this.#connection.push(Buffer.from(`${HEAD}\r\n\r\n`));
  }

  sendText(text: string): void {
    this.#push(TEXT, Buffer.from(text));
  }

  /** @param payload in Latin-1 */
  sendPong(payload: string): void {
    this.#push(PONG, Buffer.from(payload, 'latin1'));
  }

  /** Answers the daemon's close frame. */
  sendClose(code: number): void {
    this.#push(CLOSE, Buffer.from([code >> 8, code & 0xff]));
  }

  #push(opcode: number, payload: Buffer): void {
    if (!this.#connection.isOpen) return;
    const { length } = payload;
    const [mask, ...key] = MASK;
    const size = length < 126 ? [mask | length] : [mask | 126, length >> 8, length & 0xff];
    this.#connection.push(Buffer.concat([Buffer.from([LAST | opcode, ...size, ...key]), payload]));
  }

  close(): void {
    this.#isOver = true;
    this.#connection.close();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handlers.ended();
  }

  #take(): void {
    if (!this.#isOpen) {
      const end = this.#raw.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!this.#raw.startsWith('HTTP/1.1 101 ')) {
        this.#end();
        return;
      }
      this.#isOpen = true;
      this.#raw = this.#raw.slice(end + 4);
      this.#handlers.opened();
    }
    for (let frame = this.#frame(); frame !== undefined; frame = this.#frame()) {
      const { opcode, payload } = frame;
      if (opcode === TEXT) this.#handlers.text(payload);
      else if (opcode === PING) this.#handlers.ping(payload);
      else if (opcode === CLOSE) this.#handlers.close(payload.charCodeAt(0) * 256 + payload.charCodeAt(1));
    }
  }

  /** Takes the next whole frame. Those of the daemon have no mask, and are never in pieces. */
  #frame(): { readonly opcode: number; readonly payload: string } | undefined {
    const raw = this.#raw;
    if (raw.length < 2) return undefined;
    const short = raw.charCodeAt(1) & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (raw.length < head) return undefined;
    let length = short < 126 ? short : 0;
    for (let at = 2; at < head; at++) length = length * 256 + raw.charCodeAt(at);
    if (raw.length < head + length) return undefined;
    this.#raw = raw.slice(head + length);
    return { opcode: raw.charCodeAt(0) & 0x0f, payload: raw.slice(head, head + length) };
  }
}
