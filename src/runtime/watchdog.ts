import { Histogram } from '../domain/histogram.js';
import { moment, type Millis, type Moment } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Ownership } from '../ports/ownership.js';

/** When a request was read, and the earliest that it may have arrived. */
export interface Arrival {
  readonly arrivedAt: Moment;
  readonly readAt: Moment;
}

/** A request that was read and is not handled yet. */
interface Held {
  readonly arrival: Arrival;
  /** The longest that time is held back for it. */
  readonly atMost: Millis;
}

/** What the watchdog drives. */
export interface WatchdogListener {
  /** Everything that arrived before `horizon` has been read, so what was due before it may be acted on. */
  advance(horizon: Moment): void;
  /** Whether there is any deadline to watch. */
  watches(): boolean;
  /** The daemon could hear nobody from `from` to `to`. Called before anything read since is handled. */
  blind(from: Moment, to: Moment): void;
}

export interface WatchdogOptions {
  /** A standstill of this length is blindness. */
  readonly blindAfter: Millis;
  /** While it is lost nobody is heard, so that is blindness too. */
  readonly ownership: Ownership;
}

/** Upper bounds, in seconds, for the lateness of ticks and the length of readings. */
const DELAYS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often time advances. Also the greatest lateness of an expiry on an idle machine. */
const TICK: Millis = 20;
/** The same while there is no deadline, so that an unused daemon costs next to nothing. */
const IDLE_TICK: Millis = 100;
/** How long a tick waits at most for connections that are not accepted yet; half of `blindAfter`, if that is less. */
const PATIENCE: Millis = 500;
/**
 * A tick that stopped waiting counts as blindness only once in this time. Otherwise strangers could make time stand
 * still.
 */
const TOLERATED_EVERY: Millis = 60_000;

/**
 * The watchdog: notices that the process stood still, and is the only driver of deadlines.
 *
 * A due tick expires nothing yet. First the sockets are read, and whatever they held counts as having arrived when the
 * tick was due. So however late the event loop is, through load or a collection, no user expires whose heal lay in a
 * socket in time. See decisions 2 and 60.
 */
export class Watchdog {
  /** Lateness of each tick, in seconds. */
  readonly delays = new Histogram(DELAYS);
  /** Seconds from each tick until what was due was acted on; the sockets are read in between. */
  readonly readings = new Histogram(DELAYS);
  /** Ticks that stopped waiting for connections to be accepted. */
  cut = 0;
  readonly #clock: Clock;
  readonly #listener: WatchdogListener;
  readonly #blindAfter: Millis;
  readonly #patience: Millis;
  readonly #ownership: Ownership;
  /** Since when not everybody can be heard: this process owns nothing, or a part that hears is down. */
  #refusesSince: Moment | undefined;
  /** Parts that hear and are down, to be started again. */
  readonly #partsDown = new Set<object>();
  /** Since when some of them are. */
  #partDownSince: Moment | undefined;
  /** How far time has advanced. */
  #advancedTo: Moment;
  /** The end of the last blind interval. */
  #seeingSince: Moment;
  /** When a tick that stopped waiting last counted as blindness. */
  #toleratedAt = -Infinity;
  /** When the pending tick is due. What is read later counts as having arrived then. */
  #due: Moment;
  /** When its timer was to fire: not before it was set. */
  #timerDue: Moment;
  /** The delay of the pending tick. */
  #wait: Millis = TICK;
  /** When the event loop was last known to run. */
  #aliveAt: Moment;
  #cancel: Cancel | undefined;
  /** Whether the end of this pass of the event loop will be recorded. */
  #recordsPass = false;
  /** Requests that were read and are not handled yet, earliest first. */
  readonly #held = new Set<Held>();
  /** Since when new requests are refused, at an orderly stop. */
  #refusesNewSince: Moment | undefined;
  /** The arrival of the held request that is being handled. */
  #resumed: Arrival | undefined;

  constructor(clock: Clock, listener: WatchdogListener, options: WatchdogOptions) {
    this.#clock = clock;
    this.#listener = listener;
    this.#blindAfter = options.blindAfter;
    this.#ownership = options.ownership;
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

  /** No tick follows, even if the listener calls this. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** The arrival of a request. Call it when the request has been read, before it is handled. */
  arrival(): Arrival {
    if (this.#resumed !== undefined) return this.#resumed;
    const readAt = this.look();
    if (this.#wait > TICK) this.#wake(readAt);
    this.#recordPass();
    const arrivedAt = readAt < this.#due ? readAt : this.#due;
    const since = this.#refusesNewSince;
    return { arrivedAt: since !== undefined && since < arrivedAt ? since : arrivedAt, readAt };
  }

  /** A part without which not everybody can be heard is down: nobody's silence counts until all are up again. */
  partDown(part: object): void {
    this.#partsDown.add(part);
    this.#partDownSince ??= this.look();
    this.look();
  }

  /** A part is up again, or is no longer of this process. */
  partUp(part: object): void {
    if (!this.#partsDown.delete(part) || this.#partsDown.size > 0) return;
    this.#partDownSince = undefined;
    this.look();
  }

  /** Whether everybody can be heard, as of the last look. If not, what is watched is nobody's silence. */
  get isHearing(): boolean {
    return this.#partDownSince === undefined && this.#refusesSince === undefined;
  }

  /**
   * New requests are refused from now on. Those that are still read count as having arrived by now, since nobody's
   * silence counts any more.
   *
   * @returns the moment; an earlier one if nobody could be heard any more
   */
  refuseNew(): Moment {
    const now = this.look();
    this.#refusesNewSince ??= this.#refusesSince ?? now;
    return this.#refusesNewSince;
  }

  /**
   * For a request that was read and cannot be handled yet: until it is, time advances no further than its arrival.
   *
   * @param atMost after this long time goes on, and the request still counts as of when it was read
   * @returns handles the request as of when it was read; call it once
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

  /** The next tick counts from the last horizon, since what arrived after that may be unread. */
  #schedule(horizon: Moment, wait = this.#listener.watches() ? TICK : IDLE_TICK): void {
    this.#wait = wait;
    this.#due = moment(horizon + this.#wait);
    const now = this.#clock.now();
    this.#timerDue = this.#due > now ? this.#due : now;
    this.#cancel = this.#clock.after(this.#timerDue - now, () => {
      this.#tick();
    });
  }

  /** Records that the event loop runs: under load a tick waits for several long passes, which are no standstill. */
  #recordPass(): void {
    if (this.#recordsPass) return;
    this.#recordsPass = true;
    this.#clock.soon(() => {
      this.#recordsPass = false;
      this.#aliveAt = this.look();
    });
  }

  /** The caller may be about to set the first deadline, so idle ticks end. */
  #wake(now: Moment): void {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#aliveAt = now;
    this.#schedule(now, TICK);
  }

  #tick(): void {
    const horizon = this.look();
    if (this.#cancel === undefined) return;
    this.delays.observe(Math.max(0, horizon - this.#timerDue) / 1000);
    this.#aliveAt = horizon;
    this.#cancel = this.#clock.afterReading((all) => {
      this.#advance(horizon, all);
    }, this.#patience);
  }

  #advance(horizon: Moment, all: boolean): void {
    const now = this.look();
    this.#aliveAt = now;
    if (this.#cancel === undefined) return;
    this.readings.observe((now - horizon) / 1000);
    if (!all) this.#cutShort(now);
    else if (now - this.#later(horizon) >= this.#blindAfter) this.#beBlind(this.#later(horizon), now);
    this.#advanceTo(horizon);
  }

  #advanceTo(horizon: Moment): void {
    // The listener may have stopped the watchdog when it learnt of the blindness.
    if (this.#cancel === undefined) return;
    // Scheduled first, so that time is watched while the listener works.
    this.#schedule(horizon);
    for (const held of this.#held) {
      if (horizon - held.arrival.arrivedAt <= held.atMost) break;
      this.#held.delete(held);
    }
    const [earliest] = this.#held;
    const heldFrom = earliest?.arrival.arrivedAt ?? horizon;
    const until = this.#refusesSince ?? horizon;
    const to = heldFrom < until ? heldFrom : until;
    this.#advancedTo = to < horizon ? to : horizon;
    this.#listener.advance(this.#advancedTo);
  }

  /**
   * Connections from before the tick are still not accepted, and the tick waits no longer. A burst of them counts as
   * blindness, so that everybody gets the time again; a lasting flood does not.
   */
  #cutShort(now: Moment): void {
    this.cut++;
    if (now - this.#toleratedAt < TOLERATED_EVERY) return;
    this.#toleratedAt = now;
    const from = this.#later(this.#advancedTo);
    if (from < now) this.#beBlind(from, now);
  }

  /** No blind interval begins before the last one ended. */
  #later(at: Moment): Moment {
    return at < this.#seeingSince ? this.#seeingSince : at;
  }

  /**
   * Reads the clock, and notices if time passed without us. Call it before storing how long the daemon has watched:
   * after a standstill other timers may fire before the tick. Waiting for the next tick is our own choice, so a stall
   * shorter than `blindAfter` never counts, and one that is longer by a tick always does.
   */
  look(): Moment {
    const now = this.#clock.now();
    const from = this.#aliveAt;
    if (this.#cancel !== undefined && now - from - this.#wait >= this.#blindAfter) {
      this.#beBlind(from, now);
    }
    this.#lookWhoIsHeard(now);
    return now;
  }

  /** Not everybody is heard from the end of the ownership until it is renewed, nor while a part is down. */
  #lookWhoIsHeard(now: Moment): void {
    if (this.#cancel === undefined) return;
    const heardUntil = moment(Math.min(this.#ownership.validUntil, this.#partDownSince ?? Infinity));
    if (now >= heardUntil) this.#refusesSince ??= this.#later(heardUntil);
    else if (this.#refusesSince !== undefined) {
      if (this.#refusesSince < now) this.#beBlind(this.#refusesSince, now);
      this.#refusesSince = undefined;
    }
  }

  #beBlind(since: Moment, to: Moment): void {
    const from = this.#refusesSince ?? since;
    if (this.#refusesSince !== undefined) this.#refusesSince = to;
    this.#aliveAt = to;
    this.#due = to;
    this.#seeingSince = to;
    this.#listener.blind(from, to);
  }
}
