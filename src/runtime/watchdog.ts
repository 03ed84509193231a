import { Histogram } from '../domain/histogram.js';
import { moment, type Millis, type Moment } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';

/** When a request was read, and the earliest that it may have arrived. */
export interface Arrival {
  readonly arrivedAt: Moment;
  readonly readAt: Moment;
}

/** A request that was read and is not handled yet. */
interface Held {
  readonly arrival: Arrival;
  /** How long time waits for it. */
  readonly atMost: Millis;
}

/** Whom the pulse drives. */
export interface WatchdogListener {
  /** All that arrived before `horizon` has been read: what was due before it may be acted on. */
  advance(horizon: Moment): void;
  /** Whether there is any deadline to act on. */
  watches(): boolean;
  /** The daemon heard nobody from `from` to `to`. Called before anything that was read since is handled. */
  blind(from: Moment, to: Moment): void;
}

/** Seconds by which a tick may come late, and those that a reading takes. */
const DELAYS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often time advances; also the lateness of an expiry on an idle machine, at the most. */
const TICK: Millis = 20;
/** The same while there is no deadline: a daemon with nobody in it is to cost next to nothing. */
const IDLE_TICK: Millis = 100;
/** So long at the most a tick waits for connections that have yet to be accepted; half of `blindAfter`, if that is less. */
const PATIENCE: Millis = 500;
/** Ticks that could not wait for all count as blindness once in this time, or strangers could make time stand still. */
const FORGIVEN_EVERY: Millis = 60_000;

/**
 * The watchdog and the only driver of deadlines.
 *
 * A tick that is due does not expire anything yet: first the sockets are read, and whatever is found in them counts
 * as having arrived when the tick was due. So however late the event loop is, by its own load or by a collection,
 * nobody expires whose heal lay in a socket in time.
 */
export class Watchdog {
  /** Seconds by which the event loop came to each tick late. */
  readonly delays = new Histogram(DELAYS);
  /** Seconds from each tick to when what was due was acted on: the sockets are read in between. */
  readonly readings = new Histogram(DELAYS);
  /** Ticks that did not wait any longer for connections to be accepted. */
  cut = 0;
  readonly #clock: Clock;
  readonly #listener: WatchdogListener;
  readonly #blindAfter: Millis;
  readonly #patience: Millis;
  /** How far time has advanced. */
  #advancedTo: Moment;
  /** When the last blindness was over. */
  #seeingSince: Moment;
  /** When a tick that did not wait for all was last counted as blindness. */
  #toleratedAt = -Infinity;
  /** When the pending tick is due. What is read later than this counts as having arrived then. */
  #due: Moment;
  /** When its timer was to fire: no sooner than it was set. */
  #timerDue: Moment;
  /** How long the pending tick waits. */
  #wait: Millis = TICK;
  /** When the event loop was last known to turn. */
  #aliveAt: Moment;
  #cancel: Cancel | undefined;
  /** Whether the end of this pass of the event loop will be noted. */
  #dirtyNodes = false;
  /** Of requests that were read and are not handled yet, the earliest first. */
  readonly #held = new Set<Held>();
  /** The one of them that is being handled. */
  #resumed: Arrival | undefined;

  constructor(clock: Clock, listener: WatchdogListener, options: { readonly blindAfter: Millis }) {
    this.#clock = clock;
    this.#listener = listener;
    this.#blindAfter = options.blindAfter;
    this.#patience = Math.min(PATIENCE, options.blindAfter / 2);
    this.#aliveAt = clock.now();
    this.#advancedTo = this.#aliveAt;
    this.#seeingSince = this.#aliveAt;
    this.#due = this.#aliveAt;
    this.#timerDue = this.#aliveAt;
  }

  start(): void {
    this.stop();
    this.#aliveAt = this.#clock.now();
    this.#advancedTo = this.#aliveAt;
    this.#seeingSince = this.#aliveAt;
    this.#schedule(this.#aliveAt);
  }

  /** No tick comes after this, even when it is called by the listener. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** To be asked whenever a request has been read, before it is handled. */
  arrival(): Arrival {
    if (this.#resumed !== undefined) return this.#resumed;
    const readAt = this.#look();
    if (this.#wait > TICK) this.#wake(readAt);
    this.#noteThatItTurns();
    return { arrivedAt: readAt < this.#due ? readAt : this.#due, readAt };
  }

  /**
   * For a request that has been read and cannot be handled yet: until it is, time advances no further than to where it
   * arrived.
   *
   * @param atMost time goes on after so long, and the request is handled as of when it was read all the same
   * @returns handles it, as of when it was read; to be called once
   */
  hold(atMost: Millis = Infinity): (handle: () => void) => void {
    const arrival = this.arrival();
    const held = { arrival, atMost };
    this.#held.add(held);
    return (handle) => {
      this.#held.delete(held);
      this.#resumed = arrival;
      try {
        handle();
      } finally {
        this.#resumed = undefined;
      }
    };
  }

  /** The next tick counts from the last horizon: what arrived after that may not have been read yet. */
  #schedule(horizon: Moment, wait = this.#listener.watches() ? TICK : IDLE_TICK): void {
    this.#wait = wait;
    this.#due = moment(horizon + this.#wait);
    const now = this.#clock.now();
    this.#timerDue = this.#due > now ? this.#due : now;
    this.#cancel = this.#clock.after(this.#timerDue - now, () => {
      this.#tick();
    });
  }

  /** Under load a tick waits for several passes, each of them long; but what reads requests does not stand still. */
  #noteThatItTurns(): void {
    if (this.#dirtyNodes) return;
    this.#dirtyNodes = true;
    this.#clock.soon(() => {
      this.#dirtyNodes = false;
      this.#aliveAt = this.#look();
    });
  }

  /** Whoever asks may be the first who has a deadline. */
  #wake(now: Moment): void {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#aliveAt = now;
    this.#schedule(now, TICK);
  }

  #tick(): void {
    const horizon = this.#look();
    if (this.#cancel === undefined) return;
    this.delays.observe(Math.max(0, horizon - this.#timerDue) / 1000);
    this.#aliveAt = horizon;
    this.#cancel = this.#clock.afterReading((all) => {
      this.#advance(horizon, all);
    }, this.#patience);
  }

  #advance(horizon: Moment, all: boolean): void {
    const now = this.#look();
    this.#aliveAt = now;
    if (this.#cancel === undefined) return;
    this.readings.observe((now - horizon) / 1000);
    if (!all) this.#cutShort(now);
    else if (now - this.#later(horizon) >= this.#blindAfter) this.#beBlind(this.#later(horizon), now);
    this.#advanceTo(horizon);
  }

  #advanceTo(horizon: Moment): void {
    // Whoever is told of blindness may have stopped this.
    if (this.#cancel === undefined) return;
    // First, so that time goes on being watched while the listener takes its own.
    this.#schedule(horizon);
    for (const held of this.#held) {
      if (horizon - held.arrival.arrivedAt <= held.atMost) break;
      this.#held.delete(held);
    }
    const [earliest] = this.#held;
    const heldFrom = earliest?.arrival.arrivedAt ?? horizon;
    this.#advancedTo = heldFrom < horizon ? heldFrom : horizon;
    this.#listener.advance(this.#advancedTo);
  }

  /**
   * Connections came before the tick that have not been accepted, and are not waited for any longer. A burst of them is
   * taken for blindness, so that everybody gets the time again; a flood that goes on is not.
   */
  #cutShort(now: Moment): void {
    this.cut++;
    if (now - this.#toleratedAt < FORGIVEN_EVERY) return;
    this.#toleratedAt = now;
    const from = this.#later(this.#advancedTo);
    if (from < now) this.#beBlind(from, now);
  }

  /** No blindness begins before the last one was over. */
  #later(at: Moment): Moment {
    return at < this.#seeingSince ? this.#seeingSince : at;
  }

  /**
   * Reads the clock, and notices if it has moved on without us. One tick's time is what we wait for by our own will,
   * so a stall shorter than `blindAfter` never counts, and one that is longer by a tick always does.
   */
  #look(): Moment {
    const now = this.#clock.now();
    const from = this.#aliveAt;
    if (this.#cancel !== undefined && now - from - this.#wait >= this.#blindAfter) {
      this.#beBlind(from, now);
    }
    return now;
  }

  #beBlind(from: Moment, to: Moment): void {
    this.#aliveAt = to;
    this.#due = to;
    this.#seeingSince = to;
    this.#listener.blind(from, to);
  }
}
