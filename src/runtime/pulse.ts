import { moment, type Millis, type Moment } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';

/** When a request was read, and the earliest that it may have arrived. */
export interface Arrival {
  readonly arrivedAt: Moment;
  readonly readAt: Moment;
}

/** Whom the pulse drives. */
export interface PulseListener {
  /** All that arrived before `horizon` has been read: what was due before it may be acted on. */
  advance(horizon: Moment): void;
  /** The daemon heard nobody from `from` to `to`. Called before anything that was read since is handled. */
  blind(from: Moment, to: Moment): void;
}

/** How often time advances; also the lateness of an expiry on an idle machine, at the most. */
const TICK: Millis = 20;

/**
 * The watchdog and the only driver of deadlines.
 *
 * A tick that is due does not expire anything yet: first the sockets are read, and whatever is found in them counts
 * as having arrived when the tick was due. So however late the event loop is, by its own load or by a collection,
 * nobody expires whose heal lay in a socket in time.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #listener: PulseListener;
  readonly #blindAfter: Millis;
  #due: Moment;
  #aliveAt: Moment;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, listener: PulseListener, options: { readonly blindAfter: Millis }) {
    this.#clock = clock;
    this.#listener = listener;
    this.#blindAfter = options.blindAfter;
    this.#aliveAt = clock.now();
    this.#due = this.#aliveAt;
  }

  start(): void {
    this.#schedule(this.#clock.now());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** To be asked whenever a request has been read, before it is handled. */
  arrival(): Arrival {
    const readAt = this.#look();
    return { arrivedAt: readAt < this.#due ? readAt : this.#due, readAt };
  }

  #schedule(now: Moment): void {
    this.#aliveAt = now;
    this.#due = moment(now + TICK);
    this.#cancel = this.#clock.after(TICK, () => {
      this.#tick();
    });
  }

  #tick(): void {
    const horizon = this.#look();
    this.#cancel = this.#clock.afterReading(() => {
      this.#look();
      this.#listener.advance(horizon);
      this.#schedule(this.#clock.now());
    });
  }

  /** Reads the clock, and notices if it has moved on without us. */
  #look(): Moment {
    const now = this.#clock.now();
    if (this.#cancel !== undefined && now - this.#due >= this.#blindAfter) {
      this.#listener.blind(this.#aliveAt, now);
      this.#aliveAt = now;
      this.#due = now;
    }
    return now;
  }
}
