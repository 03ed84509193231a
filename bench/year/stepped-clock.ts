import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that moves in long steps: a year would have a billion ticks. Each timer that is due runs once in a step, and
 * what it schedules comes in the next one.
 */
export class SteppedClock implements Clock {
  readonly isAccepting = false;
  readonly #begun: Instant;
  #now = 1_000_000;
  #timers = new Set<Timer>();

  constructor(begun: Instant) {
    this.#begun = begun;
  }

  now(): Moment {
    return moment(this.#now);
  }

  wall(): Instant {
    return instant(this.#begun + this.#now);
  }

  after(delay: Millis, callback: () => void): Cancel {
    const timer = { at: this.#now + delay, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  afterReading(callback: (all: boolean) => void): Cancel {
    const immediate = setImmediate(() => {
      callback(true);
    });
    return () => {
      clearImmediate(immediate);
    };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  step(by: Millis): void {
    this.#now += by;
    const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }
}
