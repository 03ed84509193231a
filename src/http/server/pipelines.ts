import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Exchange } from './exchange.js';
import type { LoadShedding } from './load-shedding.js';
import type { Pipeline } from './pipeline.js';
import { pauseReading } from './pause-reading.js';

/** Of a pass, this part is for what waits behind other requests of its connection. */
const SHARE = 1 / 4;
/** Connections that read again in one pass: each may bring as many requests as fit into 64 KiB. */
const RESUMED = 4;
/** What was read and waits holds time back for no longer than this: what a stranger sends decides nothing about time. */
const HELD: Millis = 1000;

/** What the pipelines of a gateway need of it. */
export interface PipelinesHost {
  readonly clock: Clock;
  /** In force now. */
  budget(): LoadShedding;
  /** Requests that one connection may have handled in a pass. */
  most(): number;
  defer(atMost: Millis): (handle: () => void) => void;
  /** Handles a request whose turn it is. */
  handle(exchange: Exchange): void;
}

/**
 * Gives every connection its turn: one that sends many requests in one write has so many of them handled in each pass of
 * the event loop, in which all others are heard, too.
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

  /** Handles a request now, or when its turn comes. To be called in the turn in which it was read. */
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

  /** An answer was given, or is under way: what waited for it may start. */
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
      // Whoever has not had a turn is before those who had one.
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
