import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../ports/clock.js';
import { jsonHead } from './json-answer.js';

declare module 'http' {
  interface ServerResponse {
    /** Node's own: the head, from `writeHead` until it is sent. */
    _header?: string | null;
    _headerSent?: boolean;
  }
  interface IncomingMessage {
    /** Node's own: whether the body is being read, so that Node need not. */
    _consuming?: boolean;
    /** Node's own: the state of the body as a stream. */
    _readableState?: { ended: boolean; endEmitted: boolean };
  }
}

declare module 'net' {
  interface Socket {
    /** Node's own: the response whose turn it is. */
    _httpMessage?: ServerResponse | null;
  }
}

/** The longest string that Node copies onto its stack and writes at once. */
const LONGEST_STRING = 16_384;

/**
 * Writes a whole answer with a body in ASCII. `end(body)` makes two writes, which cost a fifth of a short request;
 * joined to the head, the body goes out in one. If Node keeps its head elsewhere, the usual way is used. See decision
 * 7.
 *
 * Long answers are written as bytes. As strings, they made every collection keep what was in flight on other
 * connections too: checkups of the bench's million, a thousand users each, tripled what grew old.
 */
export function answerInOneWrite(
  response: ServerResponse,
  status: number,
  head: string[],
  body: string,
): void {
  response.writeHead(status, head);
  if (body.length > LONGEST_STRING) response.end(Buffer.from(body, 'latin1'));
  else if (typeof response._header === 'string' && response.req.method !== 'HEAD') {
    response._header += body;
    response.end();
  } else {
    response.end(body, 'latin1');
  }
}

/** A head that Node has made, and the second that its `Date` names. */
interface MadeHead {
  readonly second: number;
  readonly text: string;
}

/**
 * The heads of the latest short answers, by status and length. Making one takes Node as long as parsing the request,
 * and those of one second are identical. See decision 100.
 */
export class MadeHeads {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #made: (MadeHead | undefined)[] = [];

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** Call it when something in Node's heads has changed. */
  forget(): void {
    this.#made.length = 0;
  }

  /**
   * Answers a request without a body with 200 and JSON in ASCII.
   *
   * @returns false if nothing was written, because this answer needs its own head
   */
  answer(request: IncomingMessage, response: ServerResponse, body: string): boolean {
    if (!response.shouldKeepAlive || response._header !== null || request.httpVersionMinor !== 1)
      return false;
    skipBody(request);
    const second = Math.floor(this.#clock.wall() / 1000);
    const made = this.#made[body.length];
    if (made?.second === second) {
      send(response, made.text + body);
      return true;
    }
    const { _header: text } = response.writeHead(200, jsonHead(body.length));
    if (typeof text !== 'string') {
      response.end(body, 'latin1');
      return true;
    }
    this.#made[body.length] = { second, text };
    send(response, text + body);
    return true;
  }
}

/** Otherwise Node would make a stream for the body that is not there, and wait for its end. */
function skipBody(request: IncomingMessage): void {
  const { _readableState: body } = request;
  request._consuming = true;
  if (body === undefined) return;
  body.ended = true;
  body.endEmitted = true;
}

/**
 * Sends a whole answer. `end()` waits for the socket's callback in a later tick before it completes the answer. A socket
 * that has taken everything at once needs none. See decision 160.
 */
function send(response: ServerResponse, text: string): void {
  const { socket } = response;
  response._header = text;
  if (socket === null || !takesAtOnce(socket) || socket._httpMessage !== response) {
    response.end();
    return;
  }
  response._headerSent = true;
  // oxlint-disable-next-line typescript/no-deprecated -- `writableEnded` cannot be set
  response.finished = true;
  socket.write(text, 'latin1');
  if (takesAtOnce(socket)) response.emit('finish');
  else {
    // Called once what was written before it is sent.
    socket.write('', (error) => {
      if (!error) response.emit('finish');
    });
  }
}

/** Whether nothing waits to be sent. TLS makes records later, so there always is. */
function takesAtOnce(socket: Socket): boolean {
  return socket.writable && socket.writableLength === 0 && !(socket instanceof TLSSocket);
}
