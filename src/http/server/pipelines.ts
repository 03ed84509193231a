import type { Socket } from 'node:net';
import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Exchange } from './exchange.js';
import type { LoadShedding } from './load-shedding.js';
import type { Pipeline } from './pipeline.js';

/** The share of a pass for requests that wait behind others of their connection. */
const SHARE = 1 / 4;
/** Connections that are read again in one pass: each may bring as many requests as fit into 64 KiB. */
const RESUMED = 4;
/** The longest that a waiting request holds time back, because strangers must not decide about time. */
const HELD: Millis = 1000;

/** What the pipelines need from the gateway. */
export interface PipelinesHost {
  readonly clock: Clock;
  /** The load shedding in force. */
  loadShedding(): LoadShedding;
  /** How many requests of one connection may be handled in a pass. */
  most(): number;
  defer(atMost: Millis): (handle: () => void) => void;
  /** Handles a request in its turn. */
  handle(exchange: Exchange): void;
}

/**
 * Gives every connection its turn: of many pipelined requests, a number is handled in each pass of the event loop, in
 * which all other connections are served too. See decision 64.
 */
export class Pipelines {
  readonly #host: PipelinesHost;
  /** Requests that wait for their turn. */
  #waiting = 0;
  /** Connections that have something to start, in turn. */
  #turns: Pipeline[] = [];
  #scheduled = false;

  constructor(host: PipelinesHost) {
    this.#host = host;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Handles a request now, or in its turn. Call it in the turn in which it was read. */
  enter(exchange: Exchange): void {
    const { pipeline } = exchange;
    const loadShedding = this.#host.loadShedding();
    if (this.#isInTime(pipeline, loadShedding) && pipeline.isFree()) {
      pipeline.countHandled(loadShedding.passes);
      this.#host.handle(exchange);
      return;
    }
    const resume = this.#host.defer(HELD);
    this.#waiting++;
    pipeline.wait(exchange, {
      start: () => {
        this.#waiting--;
        pipeline.countHandled(this.#host.loadShedding().passes);
        resume(() => this.#host.handle(exchange));
      },
      drop: () => {
        this.#waiting--;
        resume(() => undefined);
      },
    });
    pipeline.resume ??= pauseReading(exchange.request.socket);
    this.#list(pipeline);
  }

  #isInTime(pipeline: Pipeline, loadShedding: LoadShedding): boolean {
    if (this.#host.clock.isAccepting) return false;
    const taken = pipeline.handledIn(loadShedding.passes);
    return taken === 0 || (taken < this.#host.most() && !loadShedding.hasTaken(SHARE));
  }

  /** An answer was given, or has begun: what waited for it may start. */
  answerBegan(pipeline: Pipeline): void {
    if (pipeline.waiting > 0 || pipeline.resume !== undefined) this.#list(pipeline);
  }

  #list(pipeline: Pipeline): void {
    if (!pipeline.listed) {
      pipeline.listed = true;
      this.#turns.push(pipeline);
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#host.clock.soon(() => {
      this.#scheduled = false;
      this.#giveTurns();
    });
  }

  #giveTurns(): void {
    const loadShedding = this.#host.loadShedding();
    loadShedding.continuePass();
    if (this.#host.clock.isAccepting) {
      this.#again();
      return;
    }
    const turns = this.#turns;
    this.#turns = [];
    let resumed = 0;
    const hasTime = (): boolean => !loadShedding.hasTakenNow(SHARE);
    for (const [at, pipeline] of turns.entries()) {
      // Connections without a turn go before those that had one.
      if (at > 0 && !hasTime()) {
        this.#turns = [...turns.slice(at), ...this.#turns];
        this.#again();
        return;
      }
      pipeline.listed = false;
      const most = this.#host.most() - pipeline.handledIn(loadShedding.passes);
      if (pipeline.start(most, hasTime)) this.#list(pipeline);
      if (pipeline.waiting > 0 || pipeline.resume === undefined) continue;
      if (resumed++ < RESUMED) {
        pipeline.resume();
        pipeline.resume = undefined;
      } else this.#list(pipeline);
    }
  }

  #again(): void {
    const [next] = this.#turns;
    if (next !== undefined) this.#list(next);
  }
}

/**
 * Backpressure: stops reading a connection. Node resumes it in several places, for instance once a body or an answer
 * is complete, so until then its `resume` does nothing. Node's own pause, while answers are not read (`_paused`),
 * goes on beside ours.
 *
 * @returns resumes reading; call it once
 */
function pauseReading(socket: Socket): () => void {
  socket.pause();
  Object.defineProperty(socket, 'resume', { configurable: true, value: () => socket });
  return () => {
    Reflect.deleteProperty(socket, 'resume');
    if (Reflect.get(socket, '_paused') !== true && !socket.destroyed) socket.resume();
  };
}

/**
 * Makes Node read a TLS connection through the socket's stream, which any listener for data does. Otherwise its parser
 * takes the records from the TLS layer, and those that are decrypted already although reading is paused: a false 400.
 */
export function readThroughStream(socket: Socket): void {
  socket.on('data', () => undefined);
}
