import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Precondition } from '../../domain/precondition.js';
import { ANYBODY, type Access, UNDECIDED } from '../../domain/access.js';
import { type ErrorCode, HeartbeatError, errorCodes } from '../../errors.js';
import type { LogFields, Logger } from '../../ports/logger.js';
import { type RawHeaders, asciiJson, jsonHead } from './json-answer.js';
import { sentenceFor } from '../../views/messages.js';
import { LARGE_ANSWER, type Compression } from './compression.js';
import { PIECE, type LargeAnswers, type LargeSource } from './large-answers.js';
import { type MadeHeads, answerInOneWrite } from './one-write.js';
import type { Order, RouteTable } from '../route-table.js';
import { type Pipeline, type Waiting, pipelineOf } from './pipeline.js';
import { answerOf, type Refusal } from './refusal.js';
import { isBodiless } from './request-head.js';
import { requestFields } from './request-fields.js';
import { sentRequestId } from './request-id.js';

/** Shared by all exchanges of a gateway. */
export interface ExchangeHost {
  readonly logger: Logger;
  readonly heads: MadeHeads;
  readonly compression: Compression;
  readonly large: LargeAnswers;
  readonly routes: Pick<RouteTable, 'find' | 'orderOf'>;
  makeRequestId(): string;
  /** Whose request it is, for the log. */
  addressOf(request: IncomingMessage): string | undefined;
  /** The exchange made progress, so its timeout starts again. */
  progressed(exchange: Exchange): void;
  /** A status has been sent. */
  responded(status: number): void;
  /** A long answer has begun. */
  begun(exchange: Exchange): void;
  /** An answer has begun that takes no place among those that are being made. */
  placeless(exchange: Exchange): void;
  /** The exchange is complete. */
  release(exchange: Exchange): void;
  /** The answer cannot be completed: its connection is reset, so that nobody takes it for a whole one. */
  cut(exchange: Exchange): void;
  /** Reads a body that may be costly now, or in its turn. */
  inTurn(work: () => void | Promise<void>): void | Promise<void>;
  /** The next answer is the last of its connection, whose client may still be sending. */
  hangUp(exchange: Exchange): void;
}

type State = 'waiting' | 'streaming' | 'settled';

/** An exchange: a request and its answer, which is given once. Later answers are dropped. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Two fields of the host: its tick at the last progress, and where it keeps this exchange. */
  seenAt = 0;
  slot = 0;
  /** How its answer is sent: as a whole or as it is made, until somebody ends it, or in pieces though it is made. */
  flow: 'once' | 'endless' | 'in pieces' = 'once';
  /** The requests of its connection, and a field of theirs: what starts this request in its turn. */
  readonly pipeline: Pipeline;
  waiting: Waiting | undefined = undefined;
  /** The caller, once that is decided. */
  access: Access = UNDECIDED;
  /** For a request that only reads. It counts if the answer would be a success (RFC 9110, 13.2.1). */
  precondition: Precondition | undefined = undefined;
  readonly #host: ExchangeHost;
  #state: State = 'waiting';
  #order: Order | undefined;
  #isBodiless: boolean | undefined;
  #isPrivate = false;
  #requestId: string | undefined;
  #writable: (() => void) | undefined;
  #logsAudit: (() => void) | undefined;

  constructor(host: ExchangeHost, request: IncomingMessage, response: ServerResponse) {
    this.#host = host;
    this.request = request;
    this.response = response;
    this.pipeline = pipelineOf(request.socket);
  }

  /** The client's own id, or one that is made when it is first needed. */
  get requestId(): string {
    this.#requestId ??= sentRequestId(this.request.headers['x-request-id']) ?? this.#host.makeRequestId();
    return this.#requestId;
  }

  /** How it is ordered among requests of its connection. */
  get order(): Order {
    return (this.#order ??= this.#host.routes.orderOf(this.request.method, this.request.url));
  }

  /** The other end of its connection, or whom a trusted proxy names. */
  get clientAddress(): string | undefined {
    return this.#host.addressOf(this.request);
  }

  /** Whether the request ends with its head. */
  get isBodiless(): boolean {
    return (this.#isBodiless ??= isBodiless(this.request.headers));
  }

  get streaming(): boolean {
    return this.#state === 'streaming';
  }

  /** Whether the client still waits for an answer, or for the rest of it. */
  get open(): boolean {
    // An answer that waits for others of its connection is not told that the connection was closed.
    return this.#state !== 'settled' && !this.response.destroyed && !this.request.socket.destroyed;
  }

  /** @param body in ASCII */
  answer(status: number, head: RawHeaders, body: string): void {
    if (body.length >= LARGE_ANSWER) {
      this.#answerLarge(status, head, body);
      return;
    }
    if (this.#failsPrecondition(status)) return;
    if (!this.#settle()) return;
    this.#host.responded(status);
    answerInOneWrite(this.response, status, this.#identified(head), body);
  }

  /** A success whose body has been encoded. */
  answerEncoded(head: RawHeaders, bytes: Buffer): void {
    if (this.open) this.#send(200, head, bytes);
    else this.abandon();
  }

  /** Makes a large answer in its turn, if it is still wanted then, or refuses it. */
  inLargeTurn(source: LargeSource, make: () => void | Promise<void>): Promise<void> {
    return this.#host.large.make(this, source, make);
  }

  /** @param body short JSON in ASCII, the answer to most calls */
  ok(body: string): void {
    const { request, response } = this;
    const { headers } = request;
    // These requests get a head of their own, and a body is read.
    const isUsual =
      headers.origin === undefined &&
      !this.#isPrivate &&
      headers['x-request-id'] === undefined &&
      this.isBodiless &&
      this.precondition === undefined;
    if (!isUsual || request.method === 'HEAD') this.answer(200, jsonHead(body.length), body);
    else if (this.#settle()) {
      this.#host.responded(200);
      if (this.#host.heads.answer(request, response, body)) return;
      answerInOneWrite(response, 200, jsonHead(body.length), body);
    }
  }

  json(status: number, value: object): void {
    const body = asciiJson(value);
    this.answer(status, jsonHead(body.length), body);
  }

  refuse(code: ErrorCode, refusal: Refusal = {}): void {
    const { message: reason = sentenceFor(code), hangUp = false, cause } = refusal;
    const { status } = errorCodes[code];
    if (status === 500) this.#host.logger.error('request failed', this.#facts({ code, error: cause }));
    if (!this.#settle()) return;
    this.#host.responded(status);
    if (status !== 500) this.#host.logger.debug('request refused', this.#facts({ code, reason }));
    const { head, body } = answerOf(code, refusal, this.#isOriginalCall(code));
    if (hangUp) this.response.shouldKeepAlive = false;
    this.response.writeHead(status, [...head, 'x-request-id', this.requestId]);
    if (hangUp && !this.request.complete) this.#host.hangUp(this);
    this.response.end(body, 'latin1');
  }

  /** No cache may give the answer to somebody else, as none may where there is an `Authorization` (RFC 9111, 3.5). */
  keepPrivate(): void {
    this.#isPrivate = true;
    this.response.setHeader('cache-control', 'no-store');
  }

  /** Reads a body that may be costly now, or in its turn. */
  inTurn(work: () => void | Promise<void>): void | Promise<void> {
    return this.#host.inTurn(work);
  }

  /**
   * Logs the action and the caller once it succeeds, or once an answer of unknown length begins: a client that hangs up
   * before its end has read what came until then. Without keys there is no caller to name.
   *
   * @param more what the line has besides
   */
  audit(more: LogFields = {}): void {
    if (this.access === ANYBODY) return;
    this.#logsAudit = () => {
      this.#logsAudit = undefined;
      const { statusCode: status } = this.response;
      if (status >= 400) return;
      const { person, name } = this.access;
      const who = person === undefined ? { key: name } : { user: person };
      this.#host.logger.info('audit', this.#facts({ ...who, ...more, address: this.clientAddress, status }));
    };
    this.response.once('finish', () => this.#logsAudit?.());
  }

  /** Answers an exception. An answer that has begun is cut, so that nobody takes it for a whole one. */
  fail(error: unknown): void {
    if (this.#state === 'streaming') {
      this.#host.logger.error('response aborted', this.#facts({ error }));
      this.breakOff();
    } else if (!(error instanceof HeartbeatError)) {
      this.refuse('HEARTBEAT_INTERNAL', { cause: error });
    } else if (error.code === 'HEARTBEAT_INVALID_QUERY') {
      this.refuse(error.code, { message: error.message });
    } else {
      this.refuse(error.code, { cause: error });
    }
  }

  /** Begins an answer of unknown length. False if nobody waits for it. */
  begin(status: number, head: RawHeaders): boolean {
    if (this.#failsPrecondition(status)) return false;
    if (this.#state !== 'waiting' || this.response.destroyed) return false;
    this.#state = 'streaming';
    this.#host.responded(status);
    this.response.on('drain', () => this.#writable?.());
    this.response.writeHead(status, this.#identified(head));
    this.#logsAudit?.();
    this.#host.begun(this);
    return true;
  }

  /** Resolves once more may be written, which is the backpressure; false if nobody reads it. */
  async write(piece: string | Buffer): Promise<boolean> {
    if (!this.open) return false;
    if (!this.response.write(piece, 'latin1')) {
      await new Promise<void>((resolve) => {
        this.#writable = resolve;
      });
    }
    return this.#progress();
  }

  /**
   * Begins an answer that goes on until somebody ends it. False if nobody waits for it.
   *
   * @param drained called when all that was written has been sent
   */
  beginEndless(status: number, head: RawHeaders, drained: () => void): boolean {
    if (!this.begin(status, head)) return false;
    this.#takesNoPlace('endless');
    // A client that sends no more still gets a whole answer, but this one has no end to wait for.
    const { socket } = this.request;
    const ended = (): void => this.end('');
    socket.once('end', ended);
    this.response.once('close', () => socket.off('end', ended));
    if (socket.readableEnded) ended();
    this.response.on('drain', () => {
      if (this.#progress()) drained();
    });
    return true;
  }

  /** Writes to such an answer. Whoever does so watches what is `unsent`. */
  push(text: string): void {
    if (this.open) this.response.write(text, 'latin1');
  }

  /** Bytes that were written and have not left this process. */
  get unsent(): number {
    return this.response.writableLength;
  }

  end(text: string): void {
    if (!this.open) return;
    this.#release();
    this.response.end(text, 'latin1');
  }

  /** Closes the connection in the middle of the answer. */
  breakOff(): void {
    this.#host.cut(this);
    this.#release();
  }

  /** Notices when the client goes away before its answer. Single heals and checkups are answered too soon for that. */
  watchClient(): void {
    const { request, response, pipeline } = this;
    response.once('close', () => this.#release());
    if (response.socket !== null) return;
    if (request.socket.destroyed) this.clientLeft();
    else pipeline.watch(request.socket);
  }

  /** The connection was closed while its answer waited for others. What it changes, it changes in order all the same. */
  clientLeft(): void {
    const { method } = this.request;
    if (this.#state === 'streaming' || method === 'GET' || method === 'HEAD') this.#release();
  }

  /** What was sent can no longer be read, and nobody waits for an answer. */
  abandon(): void {
    this.#release();
  }

  #answerLarge(status: number, head: RawHeaders, body: string): void {
    if (!this.open) {
      this.abandon();
      return;
    }
    const { compression } = this.#host;
    const mayBeCompressed = compression.mayTake(this, status, head);
    if (this.#failsPrecondition(status)) return;
    if (mayBeCompressed && compression.takes(this, head, body)) return;
    // As bytes: every collection keeps strings of other connections that are in flight, too.
    this.#send(status, head, Buffer.from(body, 'latin1'));
  }

  #send(status: number, head: RawHeaders, bytes: Buffer): void {
    const { request, response } = this;
    const isBody = request.method !== 'HEAD';
    if (isBody && bytes.length > PIECE) {
      this.#sendInPieces(status, head, bytes);
      return;
    }
    if (!this.#settle()) return;
    this.#host.responded(status);
    response.writeHead(status, this.#identified(head));
    response.end(bytes);
    if (isBody) this.#host.large.follow(this, bytes.length);
  }

  #sendInPieces(status: number, head: RawHeaders, bytes: Buffer): void {
    const { large } = this.#host;
    large.sendInPieces(this, status, head, bytes).catch((error: unknown) => this.fail(error));
    if (this.#state === 'streaming') this.#takesNoPlace('in pieces');
  }

  #takesNoPlace(flow: 'endless' | 'in pieces'): void {
    this.flow = flow;
    this.#host.placeless(this);
  }

  #progress(): boolean {
    if (!this.open) return false;
    this.#host.progressed(this);
    return true;
  }

  #settle(): boolean {
    if (this.#state !== 'waiting') return false;
    this.#release();
    return !this.response.destroyed;
  }

  #release(): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#host.release(this);
    this.#writable?.();
  }

  /** @returns whether the precondition failed, and was answered */
  #failsPrecondition(status: number): boolean {
    const { precondition } = this;
    if (precondition === undefined || precondition === 'exists' || status >= 300) return false;
    this.precondition = undefined;
    if (precondition === 'absent') this.answer(304, [], '');
    else this.refuse('HEARTBEAT_PRECONDITION_FAILED');
    return true;
  }

  /** A malformed request is no call at all. */
  #isOriginalCall(code: ErrorCode): boolean {
    if (code === 'HEARTBEAT_MALFORMED_REQUEST') return false;
    const { method, url } = this.request;
    return this.#host.routes.find(method, url)?.errors === 'original';
  }

  /** A client that gave its request an id finds it in the answer. */
  #identified(head: RawHeaders): RawHeaders {
    const sent = this.request.headers['x-request-id'];
    return sent === undefined ? head : [...head, 'x-request-id', this.requestId];
  }

  #facts(more: LogFields): LogFields {
    return requestFields(this, more);
  }
}
