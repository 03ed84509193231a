import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../errors.js';
import { EVERYTHING, NOTHING, type Order } from '../route-table.js';

/** A request that waits for its turn. */
export interface Waiting {
  /** Handles it, as of when it was read. */
  readonly start: () => void;
  /** It was answered before its turn came. */
  readonly drop: () => void;
}

/** A request in a pipeline. */
export interface Pipelined {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether its answer has begun and continues. */
  readonly streaming: boolean;
  /** How it is ordered among others of its pipeline. */
  readonly order: Order;
  /** The pipeline's: what starts it in its turn. */
  waiting: Waiting | undefined;
  refuse(code: ErrorCode, refusal: { readonly hangUp: boolean }): void;
  /** The connection was closed while its answer waited for others. */
  clientLeft(): void;
}

declare module 'net' {
  interface Socket {
    /** Ours. */
    pipeline?: Pipeline | undefined;
  }
}

/** The requests of one connection. There are never more than one read contains. */
export function pipelineOf(socket: Socket): Pipeline {
  return (socket.pipeline ??= new Pipeline());
}

/** Whether an answer is still to be given, or to be sent, on a connection. The second is Node's own, undocumented. */
export function isAnswering(socket: Socket): boolean {
  const { latest, resume } = pipelineOf(socket);
  return latest !== undefined || resume !== undefined || Boolean(Reflect.get(socket, '_httpMessage'));
}

/** The requests before one, as far as they were examined. */
interface Ahead {
  readonly about: Set<string>;
  everything: boolean;
  long: boolean;
}

/**
 * The unanswered requests of one connection, in the order in which they were sent. Those about one user or node are
 * handled in that order, each once the one before it is answered. Those about different ids overlap, so that pipelined
 * openings share a commit. See decision 64.
 */
export class Pipeline {
  /** Those that are not answered yet. */
  readonly #open: Pipelined[] = [];
  #waiting = 0;
  /** The last pass in which a request was handled, and how many were. */
  #pass = -1;
  #taken = 0;
  /** Whether it is in the list of turns. */
  listed = false;
  #isWatched = false;
  /** Resumes reading the connection. */
  resume: (() => void) | undefined;

  get waiting(): number {
    return this.#waiting;
  }

  get latest(): Pipelined | undefined {
    return this.#open[this.#open.length - 1];
  }

  /** How many requests were handled in a pass. */
  handledIn(pass: number): number {
    return this.#pass === pass ? this.#taken : 0;
  }

  /** One more is handled. */
  countHandled(pass: number): void {
    if (this.#pass !== pass) {
      this.#pass = pass;
      this.#taken = 0;
    }
    this.#taken++;
  }

  add(exchange: Pipelined): void {
    this.#open.push(exchange);
  }

  /** Tells requests that are being answered when the connection is closed: Node tells only the first of them. */
  watch(socket: Socket): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    socket.once('close', () => {
      for (const exchange of [...this.#open]) if (exchange.waiting === undefined) exchange.clientLeft();
    });
  }

  /** It is complete. */
  remove(exchange: Pipelined): void {
    if (this.#open.length === 1 && this.#open[0] === exchange) {
      this.#open.pop();
    } else {
      const at = this.#open.indexOf(exchange);
      if (at >= 0) this.#open.splice(at, 1);
    }
    const { waiting } = exchange;
    if (waiting === undefined) return;
    exchange.waiting = undefined;
    this.#waiting--;
    waiting.drop();
  }

  /**
   * Whether the latest request may be handled before those that wait, and together with those that are being handled.
   */
  isFree(): boolean {
    if (this.#open.length === 1) return true;
    if (this.#waiting > 0) return false;
    const ahead = nothingAhead();
    const last = this.#open.length - 1;
    return this.#open.every((exchange, at) => {
      if (at === last) return !isBehind(exchange, ahead);
      addAhead(exchange, ahead);
      return true;
    });
  }

  wait(exchange: Pipelined, waiting: Waiting): void {
    exchange.waiting = waiting;
    this.#waiting++;
  }

  /**
   * Starts requests whose turn has come, earliest first.
   *
   * @param most how many
   * @param hasTime whether there is time for one more; checked after each
   * @returns whether it stopped before it had examined all that it might start
   */
  start(most: number, hasTime: () => boolean): boolean {
    const ahead = nothingAhead();
    let started = 0;
    let passedOver = 0;
    // A request that is answered at once is removed, and the next takes its place.
    for (let at = 0; this.#waiting > 0 && passedOver <= most;) {
      const exchange = this.#open[at];
      if (exchange === undefined) break;
      const { waiting } = exchange;
      if (waiting !== undefined && isBehind(exchange, ahead)) passedOver++;
      else if (waiting !== undefined) {
        if (started >= most || (started > 0 && !hasTime())) return true;
        exchange.waiting = undefined;
        this.#waiting--;
        started++;
        waiting.start();
        if (this.#open[at] !== exchange) continue;
      }
      addAhead(exchange, ahead);
      // Nothing after it may start.
      if (ahead.everything) break;
      at++;
    }
    return false;
  }
}

function nothingAhead(): Ahead {
  return { about: new Set(), everything: false, long: false };
}

function isBehind(exchange: Pipelined, ahead: Ahead): boolean {
  const { about, isLong } = exchange.order;
  if (about === NOTHING) return false;
  if (ahead.everything || (isLong && ahead.long)) return true;
  return about === EVERYTHING ? ahead.about.size > 0 : ahead.about.has(about);
}

function addAhead(exchange: Pipelined, ahead: Ahead): void {
  const { about, isLong } = exchange.order;
  if (about === NOTHING) return;
  if (isLong) ahead.long = true;
  // The data of an answer is fixed once it begins, so a client that reads it slowly holds up no heal.
  if (exchange.streaming) return;
  if (about === EVERYTHING) ahead.everything = true;
  else ahead.about.add(about);
}
