import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorCodes, type ErrorCode } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Exchanges } from './exchanges.js';
import type { Refusal } from './refusal.js';
import { asciiJson, jsonHead } from './json-answer.js';
import { methodNotAllowed, notOverTls, sentenceFor } from '../../views/messages.js';
import { pipelineOf, type Pipelined } from './pipeline.js';
import { OverlongHeads } from './overlong-heads.js';
import { isUnknownCoding } from './request-head.js';

/** Node's error for data after a request with `Connection: close`. */
const BEHIND_THE_LAST = 'HPE_CLOSED_CONNECTION';
const TOO_LARGE = 'HPE_HEADER_OVERFLOW';
/** OpenSSL's error for plain HTTP in place of a handshake. */
const PLAIN_HTTP = 'ERR_SSL_HTTP_REQUEST';

/** Answers what never became a request: Node's parser rejected it, or it did not arrive in time. */
export class MalformedRequests {
  count = 0;
  readonly #exchanges: Exchanges;
  readonly #clock: Clock;
  readonly #overlongHeads: OverlongHeads;
  readonly #beneath: (spoken: Duplex) => Socket | undefined;

  /** @param beneath the connection that carries one of TLS whose handshake is not over */
  constructor(exchanges: Exchanges, clock: Clock, beneath: (spoken: Duplex) => Socket | undefined) {
    this.#exchanges = exchanges;
    this.#beneath = beneath;
    this.#clock = clock;
    this.#overlongHeads = new OverlongHeads(clock);
  }

  /** Handles the server's `clientError`. */
  answer(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === PLAIN_HTTP) {
      this.#refusePlainHttp(socket);
      return;
    }
    const code = codeFor(error.code ?? '', headIn(error));
    if (code === undefined || isSilent(socket)) socket.destroy();
    else if (this.#exchanges.lingeringCloses.isOut(socket)) return;
    else if (error.code === BEHIND_THE_LAST) this.#ignore(socket);
    else if (!socket.writable) socket.destroy();
    else if (error.code === TOO_LARGE)
      this.#overlongHeads.look(error, socket, (decided) => this.#refuse(decided, socket, TOO_LARGE));
    else this.#refuse(code, socket, error.code);
  }

  /** Somebody speaks HTTP to the port of HTTPS, and is told so in plain HTTP. OpenSSL has read what was sent. */
  #refusePlainHttp(spoken: Duplex): void {
    const socket = this.#beneath(spoken);
    if (socket?.writable !== true) {
      spoken.destroy();
      return;
    }
    this.count += 1;
    socket.end(this.#textOf('HEARTBEAT_MALFORMED_REQUEST', { message: notOverTls, headers: [] }, PLAIN_HTTP));
  }

  /** A client that announced its last request gets no answer to what follows, and still has an answer to read. */
  #ignore(socket: Duplex): void {
    const { lingeringCloses } = this.#exchanges;
    const last = latestOf(socket);
    if (last === undefined) lingeringCloses.follow(socket);
    else lingeringCloses.awaitOf(last.response, socket);
  }

  #refuse(code: ErrorCode, socket: Duplex, reason?: string): void {
    if (code !== 'HEARTBEAT_REQUEST_TIMEOUT') this.count += 1;
    const last = latestOf(socket);
    if (last === undefined) this.#answerAndHangUp(socket, code, reason);
    else if (!last.request.complete) last.refuse(code, { hangUp: true });
    else {
      // Answers go out in order, so this one waits for those that are still being made.
      last.response.once('finish', () => this.#answerAndHangUp(socket, code, reason));
    }
  }

  /** Handles the server's `connect`: there is no tunnelling. */
  refuseTunnel(socket: Duplex): void {
    socket.on('error', () => socket.destroy());
    const allow = 'GET, HEAD, PUT, POST, DELETE';
    const refuse = (): void =>
      this.#answerAndHangUp(socket, 'HEARTBEAT_METHOD_NOT_ALLOWED', undefined, {
        headers: ['allow', allow],
        message: methodNotAllowed(allow),
      });
    const last = latestOf(socket);
    if (last === undefined) refuse();
    else last.response.once('finish', refuse);
  }

  #answerAndHangUp(
    socket: Duplex,
    code: ErrorCode,
    reason?: string,
    { headers = [], message = sentenceFor(code) }: Pick<Refusal, 'headers' | 'message'> = {},
  ): void {
    if (!socket.writable || this.#exchanges.lingeringCloses.isOut(socket)) return;
    this.#exchanges.lingeringCloses.follow(socket);
    socket.end(this.#textOf(code, { headers, message }, reason));
  }

  /** The whole answer. */
  #textOf(
    code: ErrorCode,
    { headers, message }: Required<Pick<Refusal, 'headers' | 'message'>>,
    reason: string | undefined,
  ): string {
    const requestId = this.#exchanges.makeRequestId();
    this.#exchanges.logger.debug('malformed request', { request_id: requestId, code, reason });
    const { status } = errorCodes[code];
    const body = asciiJson({ error: message, code });
    const date = new Date(this.#clock.wall()).toUTCString();
    const head = [...jsonHead(body.length), ...headers, 'x-request-id', requestId, 'date', date];
    const lines = head.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}connection: close\r\n\r\n${body}`;
  }
}

/** @returns undefined if it is not a request's fault, such as a reset connection */
function codeFor(reason: string, head: string | undefined): ErrorCode | undefined {
  if (reason === TOO_LARGE) return 'HEARTBEAT_HEADERS_TOO_LARGE';
  if (reason === 'HPE_INVALID_TRANSFER_ENCODING')
    return isUnknownCoding(head) ? 'HEARTBEAT_UNKNOWN_TRANSFER_CODING' : 'HEARTBEAT_MALFORMED_REQUEST';
  if (reason === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 'HEARTBEAT_BODY_TOO_LARGE';
  if (reason === 'ERR_HTTP_REQUEST_TIMEOUT') return 'HEARTBEAT_REQUEST_TIMEOUT';
  return reason.startsWith('HPE_') ? 'HEARTBEAT_MALFORMED_REQUEST' : undefined;
}

/** The latest unanswered request of a connection. */
function latestOf(socket: Duplex): Pipelined | undefined {
  return socket instanceof Socket ? pipelineOf(socket).latest : undefined;
}

/** What Node's parser had read when it failed, if it came in one piece. */
function headIn(error: NodeJS.ErrnoException): string | undefined {
  if (!('rawPacket' in error) || !Buffer.isBuffer(error.rawPacket)) return undefined;
  const end = 'bytesParsed' in error && typeof error.bytesParsed === 'number' ? error.bytesParsed : undefined;
  return error.rawPacket.toString('latin1', 0, end);
}

/** Browsers connect ahead of time: a client that has sent nothing gets no answer. */
function isSilent(socket: Duplex): boolean {
  return socket instanceof Socket && socket.bytesRead === 0;
}
