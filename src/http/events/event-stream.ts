import type {
  EndOfEvents,
  EventReader,
  SentEvent,
  SentState,
  Subscription,
} from '../../app/events/events-api.js';
import type { Access } from '../../domain/access.js';
import type { Instant, Moment } from '../../domain/time.js';
import type { Exchange } from '../server/exchange.js';
import type { RawHeaders } from '../server/json-answer.js';

/** What may wait in the socket before the reader counts as full; what follows waits in the hub's past. */
const MOST_UNSENT = 256 * 1024;
/** A long state is made and written in pieces of so many characters, in as many passes of the event loop. */
const PIECE = 64 * 1024;

export const STREAM_HEAD: RawHeaders = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-store',
  // Otherwise nginx collects an answer before it passes it on.
  'x-accel-buffering',
  'no',
];

/** A stream of events as it is written to its client (SSE). */
export class EventStream implements EventReader {
  readonly #exchange: Exchange;
  readonly #began: (stream: EventStream) => void;
  /** Resolves once the answer begins, or nobody waits for it any more. */
  readonly begun: Promise<void>;
  #settle: () => void = () => undefined;
  #subscription: Subscription | undefined;
  /** What is still to be written of a state. Its text is made when there is room for it. */
  #rest: Iterator<string, undefined> | undefined;
  #isWriting = false;
  readonly #turn: () => Promise<void>;
  /** When its last comment was due. */
  commentedAt: Moment;

  /**
   * @param began called before the first event is written
   * @param turn resolves when it may make another piece of a state: in each pass of the event loop for one stream only
   */
  constructor(
    exchange: Exchange,
    now: Moment,
    began: (stream: EventStream) => void,
    turn: () => Promise<void>,
  ) {
    this.#exchange = exchange;
    this.#turn = turn;
    this.#began = began;
    this.commentedAt = now;
    this.begun = new Promise((resolve) => {
      this.#settle = resolve;
    });
    exchange.response.once('close', () => {
      this.#rest = undefined;
      this.#settle();
    });
  }

  /** When the caller's credential ends; undefined if it never does. */
  get expires(): Instant | undefined {
    return this.#exchange.access.expires;
  }

  isOf(access: Access): boolean {
    return this.#exchange.access === access;
  }

  start(subscription: Subscription): void {
    this.#subscription = subscription;
    this.#exchange.response.once('close', () => subscription.close());
  }

  get isFull(): boolean {
    return this.#hasRest || this.#exchange.unsent > MOST_UNSENT;
  }

  get #hasRest(): boolean {
    return this.#rest !== undefined;
  }

  /** Begins the answer, if it has not begun. False if nobody waits for it. */
  #begin(): boolean {
    if (this.#exchange.streaming) return true;
    const isBegun = this.#exchange.beginEndless(200, STREAM_HEAD, () => this.#drained());
    this.#settle();
    if (isBegun) this.#began(this);
    else this.#subscription?.close();
    return isBegun;
  }

  state(state: SentState): void {
    if (!this.#begin()) return;
    this.#rest = framedPieces(state);
    this.#resumeState();
  }

  events(events: readonly SentEvent[]): void {
    if (!this.#begin()) return;
    if (events.length > 0) this.#exchange.push(events.map(framed).join(''));
  }

  #resumeState(): void {
    this.#writeRest().catch((error: unknown) => {
      this.#subscription?.failed(error);
      this.#exchange.breakOff();
    });
  }

  async #writeRest(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#rest !== undefined && this.#exchange.open && this.#exchange.unsent < PIECE) {
      this.#exchange.push(this.#nextPiece(this.#rest));
      if (this.#hasRest) await this.#turn();
    }
    this.#isWriting = false;
    if (!this.isFull) this.#subscription?.resume();
  }

  #nextPiece(rest: Iterator<string, undefined>): string {
    let piece = '';
    while (piece.length < PIECE) {
      const { value } = rest.next();
      if (value === undefined) {
        this.#rest = undefined;
        break;
      }
      piece += value;
    }
    return piece;
  }

  #drained(): void {
    if (this.#rest !== undefined) this.#resumeState();
    else if (!this.isFull) this.#subscription?.resume();
  }

  /** Shows proxies and the client that the stream lives. */
  comment(text = ''): void {
    if (!this.isFull) this.#exchange.push(`:${text}\n\n`);
  }

  /** Ends it, for instance because its caller's credential has ended. */
  end(): void {
    this.#subscription?.close();
    this.#finish();
  }

  ended(why: EndOfEvents): void {
    if (!this.#exchange.streaming) this.#exchange.refuse('HEARTBEAT_NOT_READY');
    else if (why === 'slow') this.#exchange.breakOff();
    else this.#finish();
  }

  /** In order, unless its client may have stopped reading: such a connection would never come to its end. */
  #finish(): void {
    if (this.isFull) this.#exchange.breakOff();
    else this.#exchange.end('');
  }
}

function framed({ id, text }: SentEvent): string {
  return `id: ${id}\ndata: ${text}\n\n`;
}

function* framedPieces(state: SentState): Generator<string, undefined> {
  yield `id: ${state.id}\ndata: `;
  yield* state.pieces();
  yield '\n\n';
}
