import { instant, moment, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import type { Cancel, Clock } from '../../../src/ports/clock.js';
import type { Loop, Process } from './loop.js';

/** The wall clock of one machine: the monotonic clock plus a lead that changes when the clock is set. */
export class WallClock {
  readonly #loop: Loop;
  lead: number;

  constructor(loop: Loop, lead: number) {
    this.#loop = loop;
    this.lead = lead;
  }

  read(): number {
    return this.#loop.now + this.lead;
  }
}

/** The clock of one simulated process. */
export class DaemonClock implements Clock {
  readonly isAccepting = false;
  readonly #loop: Loop;
  readonly #process: Process;
  readonly #wall: WallClock;
  /** Reads what has arrived in the sockets. */
  readonly #readSockets: () => void;

  constructor(loop: Loop, process: Process, wall: WallClock, readSockets: () => void) {
    this.#loop = loop;
    this.#process = process;
    this.#wall = wall;
    this.#readSockets = readSockets;
  }

  now(): Moment {
    return moment(this.#loop.now);
  }

  wall(): Instant {
    return instant(this.#wall.read());
  }

  after(delay: Millis, callback: () => void): Cancel {
    return this.#loop.after(delay, callback, this.#process);
  }

  afterReading(callback: (all: boolean) => void): Cancel {
    let isCancelled = false;
    this.soon(() => {
      this.#readSockets();
      this.soon(() => {
        if (!isCancelled) callback(true);
      });
    });
    return () => {
      isCancelled = true;
    };
  }

  soon(callback: () => void): void {
    this.#loop.soon(this.#process, callback);
  }
}
