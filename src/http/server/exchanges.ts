import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { toMillis, type Millis, type Seconds } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { Exchange, type ExchangeHost } from './exchange.js';
import { BodyTurns } from './body-turns.js';
import { Compression } from './compression.js';
import { HASTE, LargeAnswers } from './large-answers.js';
import { LingeringCloses } from './lingering-close.js';
import { MadeHeads } from './one-write.js';
import type { Pipeline } from './pipeline.js';
import { RequestIds } from './request-id.js';
import { UnsentBytes } from './unsent-bytes.js';

/** One timer watches all exchanges, this often in a `request_timeout`. */
const TICKS = 8;
const SHORTEST_TICK: Millis = 10;
const LONGEST_TICK: Millis = 1000;

interface ExchangesDeps extends Pick<ExchangeHost, 'routes' | 'addressOf'> {
  /** Called when requests that wait for others of their connection may continue. */
  readonly answerBegan: (pipeline: Pipeline) => void;
  readonly reset: (socket: Socket) => void;
  /** Bytes that V8's heap may have; if it is not given, it bounds nothing. */
  readonly heapLimit?: number | undefined;
}

/** The limits of exchanges. */
interface ExchangeLimits {
  /** Time without progress after which an exchange is cut. */
  readonly request_timeout: Seconds;
  /** Bytes of large answers that wait for their clients. */
  readonly unsent_answers: number;
}

/** The requests that are being answered. */
export class Exchanges implements ExchangeHost {
  readonly logger: Logger;
  readonly lingeringCloses: LingeringCloses;
  readonly heads: MadeHeads;
  readonly compression = new Compression();
  readonly unsent: UnsentBytes;
  readonly large: LargeAnswers;
  readonly #bodyTurns: BodyTurns;
  readonly routes: ExchangeHost['routes'];
  answerTimeouts = 0;
  /** Called after each exchange. */
  released: (() => void) | undefined;
  readonly #answerBegan: ExchangesDeps['answerBegan'];
  readonly #reset: ExchangesDeps['reset'];
  readonly addressOf: ExchangesDeps['addressOf'];
  readonly #clock: Clock;
  readonly #ids = new RequestIds();
  #interval: Millis = LONGEST_TICK;
  #patience = 0;
  #haste = 0;
  readonly #open = new Slots<Exchange>();
  /** By status. */
  readonly #responses = new Float64Array(600);
  #tick = 0;
  /** Those that take no place. */
  #placeless = 0;
  #cancelTick: Cancel | undefined;

  constructor(
    limits: ExchangeLimits,
    clock: Clock,
    logger: Logger,
    { routes, answerBegan, reset, addressOf, heapLimit = Infinity }: ExchangesDeps,
  ) {
    this.routes = routes;
    this.addressOf = addressOf;
    this.#answerBegan = answerBegan;
    this.#reset = reset;
    this.logger = logger;
    this.#clock = clock;
    this.lingeringCloses = new LingeringCloses(clock);
    this.heads = new MadeHeads(clock);
    this.#bodyTurns = new BodyTurns(clock);
    this.unsent = new UnsentBytes(limits.unsent_answers, {
      heapLimit,
      reset: (socket) => {
        logger.debug('client does not read its response', { address: socket.remoteAddress });
        reset(socket);
      },
    });
    this.large = new LargeAnswers(this.unsent, clock);
    this.allow(limits);
  }

  /** @param limits also apply to open exchanges */
  allow({ request_timeout: timeout, unsent_answers }: ExchangeLimits): void {
    this.#interval = Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, toMillis(timeout) / TICKS));
    this.#patience = Math.ceil(toMillis(timeout) / this.#interval);
    this.#haste = Math.min(this.#patience, Math.ceil(toMillis(HASTE) / this.#interval));
    this.unsent.allow(unsent_answers);
  }

  /** Those that take a place: not answers that go on until somebody ends them, nor those that only wait for their client. */
  get size(): number {
    return this.#open.size - this.#placeless;
  }

  /** Answers that were given, by status. */
  get responses(): Readonly<Record<string, number>> {
    const given: Record<string, number> = {};
    this.#responses.forEach((count, status) => {
      if (count > 0) given[status] = count;
    });
    return given;
  }

  responded(status: number): void {
    const count = this.#responses[status];
    if (count !== undefined) this.#responses[status] = count + 1;
  }

  inTurn(work: () => void | Promise<void>): void | Promise<void> {
    return this.#bodyTurns.run(work);
  }

  open(request: IncomingMessage, response: ServerResponse): Exchange {
    const exchange = new Exchange(this, request, response);
    exchange.seenAt = this.#tick;
    exchange.slot = this.#open.add(exchange);
    exchange.pipeline.add(exchange);
    return exchange;
  }

  /** The latest exchange of each connection that has one. */
  latest(): Exchange[] {
    return this.#open.items().filter((exchange) => exchange.pipeline.latest === exchange);
  }

  watch(): void {
    this.#cancelTick = this.#clock.after(this.#interval, () => {
      this.#tick += 1;
      this.#giveUpLate();
      this.watch();
    });
  }

  stop(): void {
    this.#cancelTick?.();
  }

  makeRequestId(): string {
    return this.#ids.next();
  }

  progressed(exchange: Exchange): void {
    exchange.seenAt = this.#tick;
  }

  release(exchange: Exchange): void {
    const { pipeline, slot } = exchange;
    if (exchange.flow !== 'once') this.#placeless--;
    this.#open.remove(slot);
    pipeline.remove(exchange);
    this.#answerBegan(pipeline);
    this.released?.();
  }

  placeless(_exchange: Exchange): void {
    this.#placeless++;
  }

  begun({ pipeline }: Exchange): void {
    this.#answerBegan(pipeline);
  }

  /**
   * A connection of HTTP/1.0 that is closed in order would make the answer look complete: it has no length and no
   * chunks. A request that waits for its turn is cut when that comes.
   */
  cut({ request, response }: Exchange): void {
    if (response.socket === null) response.once('socket', () => this.#reset(request.socket));
    else this.#reset(request.socket);
    response.destroy();
  }

  hangUp({ request }: Exchange): void {
    this.lingeringCloses.follow(request.socket);
    request.resume();
  }

  #giveUpLate(): void {
    let inStreams = 0;
    for (const exchange of this.#open.items()) {
      const isEndless = exchange.flow === 'endless';
      const unsent = isEndless ? exchange.unsent : 0;
      inStreams += unsent;
      // There may be nothing to send for long. An answer in pieces may wait for others of its connection.
      if (exchange.flow === 'in pieces' || (isEndless && unsent === 0)) exchange.seenAt = this.#tick;
      const patience = isEndless && this.unsent.isFull ? this.#haste : this.#patience;
      if (this.#tick - exchange.seenAt > patience) this.#giveUp(exchange);
    }
    this.unsent.tick(inStreams, this.#patience, this.#haste);
  }

  #giveUp(exchange: Exchange): void {
    if (exchange.streaming) {
      this.logger.debug('client does not read its response', { request_id: exchange.requestId });
      exchange.breakOff();
    } else if (!exchange.request.complete) {
      exchange.refuse('HEARTBEAT_REQUEST_TIMEOUT', { hangUp: true });
    } else {
      this.answerTimeouts += 1;
      exchange.refuse('HEARTBEAT_ANSWER_TIMEOUT');
    }
  }
}

/**
 * An unordered collection for very frequent additions and removals. A `Set` makes a new table every few dozen changes,
 * and old tables that survive a collection keep alive what they held: it cost a tenth of a short request. See decision
 * 48.
 */
class Slots<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** @returns the slot to `remove` it by */
  add(item: Item): number {
    const slot = this.#free.pop();
    if (slot === undefined) return this.#items.push(item) - 1;
    this.#items[slot] = item;
    return slot;
  }

  /** Call it once for each added item. */
  remove(slot: number): void {
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  /** The present items, unordered. */
  items(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }
}
