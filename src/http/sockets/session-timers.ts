import { moment, type Millis, type Moment } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import { Timer, TimerWheel } from '../../runtime/timer-wheel.js';

/** How exact the timers are. */
const TICK: Millis = 50;
/** What is more between two ticks was a standstill, in which nobody could be heard. */
const LONGEST: Millis = 1000;
/** How many times more may be due in one tick than if all came evenly. */
const AHEAD = 3;
const LEAST = 100;

/** What is called when its time has come. */
export abstract class DueTimer extends Timer {
  abstract due(now: Moment): void;
  /** Called with what `due` throws, so that the others are not affected. */
  abstract failed(error: unknown): void;
}

/** One timer for the pings and the other deadlines of all sessions. It runs while there are any. */
export class SessionTimers {
  readonly #clock: Clock;
  readonly #pingEvery: Millis;
  readonly #wheel: TimerWheel<DueTimer>;
  #cancel: Cancel | undefined;
  #runs = false;
  #tickedAt: Moment;
  /** How much of the time until the last tick was no standstill. */
  #observed: Moment;

  constructor(clock: Clock, pingEvery: Millis) {
    this.#clock = clock;
    this.#pingEvery = pingEvery;
    this.#tickedAt = clock.now();
    this.#observed = this.#tickedAt;
    this.#wheel = new TimerWheel(this.#tickedAt, TICK);
  }

  /** Time during which clients could be heard: an idle time is measured in it. */
  observed(): Moment {
    return this.#observed;
  }

  schedule(session: DueTimer, at: Moment): void {
    this.#wheel.arm(session, at);
    if (this.#runs) return;
    this.#runs = true;
    this.#tickedAt = this.#clock.now();
    this.#wait();
  }

  unschedule(session: DueTimer): void {
    this.#wheel.disarm(session);
  }

  stop(): void {
    this.#cancel?.();
    this.#runs = false;
  }

  #wait(): void {
    this.#cancel = this.#clock.after(TICK, () => {
      this.#tick();
      if (this.#wheel.size > 0) this.#wait();
      else this.#runs = false;
    });
  }

  /** After a standstill, or when all clients have come at once, their pings are spread over several ticks. */
  #tick(): void {
    const now = this.#clock.now();
    const passed = Math.min(now - this.#tickedAt, LONGEST);
    this.#observed = moment(this.#observed + passed);
    this.#tickedAt = now;
    const most = Math.max(LEAST, Math.ceil((AHEAD * this.#wheel.size * passed) / this.#pingEvery));
    this.#wheel.advance(now, (session) => look(session, now), most);
  }
}

function look(session: DueTimer, now: Moment): void {
  try {
    session.due(now);
  } catch (error) {
    session.failed(error);
  }
}
