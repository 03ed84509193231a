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
  budget(): LoadShedding;
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
    const budget = this.#host.budget();
    const taken = pipeline.takenIn(budget.passes);
    const isInTime = taken === 0 || (taken < this.#host.most() && !budget.hasTaken(SHARE));
    if (isInTime && pipeline.isFree()) {
      pipeline.take(budget.passes);
      this.#host.handle(exchange);
      return;
    }
    const resume = this.#host.defer(HELD);
    this.#waiting++;
    pipeline.wait(exchange, {
      start: () => {
        this.#waiting--;
        pipeline.take(this.#host.budget().passes);
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

  /** An answer was given, or has begun: what waited for it may start. */
  wentOn(pipeline: Pipeline): void {
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
    const budget = this.#host.budget();
    budget.enter();
    const turns = this.#turns;
    this.#turns = [];
    let resumed = 0;
    const goesOn = (): boolean => !budget.hasTakenNow(SHARE);
    for (const [at, pipeline] of turns.entries()) {
      // Connections without a turn go before those that had one.
      if (at > 0 && !goesOn()) {
        this.#turns = [...turns.slice(at), ...this.#turns];
        this.#again();
        return;
      }
      pipeline.listed = false;
      const most = this.#host.most() - pipeline.takenIn(budget.passes);
      if (pipeline.start(most, goesOn)) this.#list(pipeline);
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

declare module 'net' {
  interface Socket {
    /** Node's own: reads requests from a connection while it is open. */
    parser?: { resume(): void } | null;
  }
}

/**
 * Stops reading a connection. Node itself pauses reading while answers are not read (`_paused`), and resumes after each
 * answer. So `_paused` says `true` for as long as we want.
 *
 * @returns resumes reading; call it once
 */
function pauseReading(socket: Socket): () => void {
  let byNode: unknown = Reflect.get(socket, '_paused');
  Object.defineProperty(socket, '_paused', {
    configurable: true,
    enumerable: true,
    get: () => true,
    set: (paused: unknown) => {
      byNode = paused;
    },
  });
  // Node resumes a socket that is read through its stream (TLS) without a look at `_paused`.
  const pause = (): void => {
    socket.pause();
  };
  socket.on('resume', pause);
  socket.pause();
  return () => {
    socket.off('resume', pause);
    Object.defineProperty(socket, '_paused', {
      configurable: true,
      enumerable: true,
      writable: true,
      value: byNode,
    });
    if (byNode === true || socket.destroyed) return;
    socket.parser?.resume();
    socket.resume();
  };
}

/**
 * Makes Node read a TLS connection through the socket's stream, which any listener for data does. Otherwise its parser
 * takes the records from the TLS layer, and those that are decrypted already although reading is paused: a false 400.
 */
export function readThroughStream(socket: Socket): void {
  socket.on('data', () => undefined);
}
