import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { instant, moment, type Instant, type Millis, type Moment } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';

/** What the system clock is made of, so that a test can suspend the machine. All in milliseconds. */
export interface TimeSources {
  /** Stands still while the machine is suspended. */
  monotonic(): number;
  /** Time since boot, suspends included; it may be coarse. */
  uptime(): number;
  wall(): number;
}

const systemSources: TimeSources = {
  monotonic: () => performance.now(),
  uptime: () => os.uptime() * 1000,
  wall: () => Date.now(),
};

/** A suspend shorter than this is not told from the coarseness of the uptime: whole seconds on some systems. */
const SHORTEST_SUSPEND: Millis = 1500;
/** Reading the uptime costs a system call or a file, so it is read this often. */
const UPTIME_EVERY: Millis = 250;

/** Longer delays overflow Node's timers, and would fire at once. */
const LONGEST_DELAY: Millis = 2 ** 31 - 1;

/**
 * Linux stops its monotonic clock while the machine is suspended. The uptime goes on, so the difference is the time
 * slept, which is added here: to everyone else a suspend is a clock that moved on while nothing ran.
 */
export class SystemClock implements Clock {
  readonly #sources: TimeSources;
  #slept: Millis = 0;
  /** By how much the uptime was ahead at the most: a coarse one falls behind and catches up, again and again. */
  #lead: Millis;
  #uptimeReadAt: number;

  constructor(sources: TimeSources = systemSources) {
    this.#sources = sources;
    this.#uptimeReadAt = sources.monotonic();
    this.#lead = sources.uptime() - this.#uptimeReadAt;
  }

  now(): Moment {
    const monotonic = this.#sources.monotonic();
    if (monotonic - this.#uptimeReadAt >= UPTIME_EVERY) this.#noticeSuspend(monotonic);
    return moment(monotonic + this.#slept);
  }

  wall(): Instant {
    return instant(this.#sources.wall());
  }

  after(delay: Millis, callback: () => void): Cancel {
    let timer: NodeJS.Timeout;
    const wait = (left: Millis): void => {
      const now = Math.min(Math.ceil(left), LONGEST_DELAY);
      timer = setTimeout(() => {
        if (left > now) wait(left - now);
        else callback();
      }, now);
    };
    wait(delay);
    return () => {
      clearTimeout(timer);
    };
  }

  /**
   * One pass of the event loop accepts the connections that wait, the next reads what they sent; a third leaves
   * room for what was read in pieces.
   */
  afterReading(callback: () => void): Cancel {
    let immediate = setImmediate(() => {
      immediate = setImmediate(() => {
        immediate = setImmediate(callback);
      });
    });
    return () => {
      clearImmediate(immediate);
    };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  #noticeSuspend(monotonic: number): void {
    this.#uptimeReadAt = monotonic;
    const lead = this.#sources.uptime() - monotonic;
    if (lead - this.#lead >= SHORTEST_SUSPEND) this.#slept += lead - this.#lead;
    this.#lead = Math.max(this.#lead, lead);
  }
}
