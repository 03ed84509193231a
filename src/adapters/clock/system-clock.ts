import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { instant, moment, type Instant, type Millis, type Moment } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import { acceptedConnections } from './accepted-connections.js';

/** The sources of the system clock, so that a test can suspend the machine. In milliseconds. */
export interface TimeSources {
  /** Stands still while the machine is suspended. */
  monotonic(): number;
  /** Time since boot, including suspends. May be coarse. */
  uptime(): number;
  wall(): number;
}

const systemSources: TimeSources = {
  monotonic: () => performance.now(),
  uptime: () => os.uptime() * 1000,
  wall: () => Date.now(),
};

/** A shorter suspend cannot be told from the coarseness of the uptime. */
const SHORTEST_SUSPEND: Millis = 500;
/** The same where the uptime has whole seconds: outside Linux, and without `/proc`. */
const SHORTEST_SUSPEND_IN_SECONDS: Millis = 1500;
/** Reading the uptime costs a system call or a file, so it is read this often. */
const UPTIME_EVERY: Millis = 250;

/** The most connections waiting to be accepted: what the gateway requests from the system. */
const BACKLOG = 4096;
/** The first of these passes reads what the last accepted connection sent. */
const QUIET_PASSES = 2;
/** The share of a reading's time that one pass counts for at most. A longer pass is a process that stood still. */
const SHARE_OF_A_PASS = 0.2;
/** How long requests wait in one reading so that connections are accepted, a fifth of the longest reading. */
const ACCEPTING: Millis = 100;

/** Node's timers overflow at longer delays and fire at once. */
const LONGEST_DELAY: Millis = 2 ** 31 - 1;

/**
 * Linux stops its monotonic clock while the machine is suspended. The uptime goes on, so the difference is the time
 * slept, and is added here. To everything else, a suspend is a clock that moved on while nothing ran.
 */
export class SystemClock implements Clock {
  readonly #sources: TimeSources;
  #slept: Millis = 0;
  #shortest: Millis = SHORTEST_SUSPEND_IN_SECONDS;
  /** The greatest lead of the uptime: a coarse one falls behind and catches up repeatedly. */
  #lead: Millis;
  #uptimeReadAt: number;
  #isAccepting = false;

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
      const step = Math.min(Math.ceil(left), LONGEST_DELAY);
      timer = setTimeout(() => {
        if (left > step) wait(left - step);
        else callback();
      }, step);
    };
    wait(delay);
    return () => {
      clearTimeout(timer);
    };
  }

  get isAccepting(): boolean {
    return this.#isAccepting;
  }

  /**
   * A pass of the event loop reads from every open connection, and accepts one that waits (libuv since 1.45). So passes
   * go on until one has found none waiting, or as many as may have waited were accepted. One more leaves room for data
   * read in pieces. The current pass may be past its reading, so it does not count.
   *
   * If connections still wait after that, later requests wait for them (`isAccepting`): a pass that also handles
   * batches takes 50 ms and more, one that only accepts less than one.
   */
  afterReading(callback: (all: boolean) => void, within: Millis): Cancel {
    const enough = acceptedConnections() + BACKLOG;
    let accepted = 0;
    let left = within;
    let leftToAccept = ACCEPTING;
    let passes = -1;
    let quiet = 0;
    let passedAt: number;
    const pass = (): void => {
      const now = this.#sources.monotonic();
      const before = accepted;
      accepted = acceptedConnections();
      if (passes >= 0) {
        quiet = accepted > before && accepted <= enough ? 0 : quiet + 1;
        left -= Math.min(now - passedAt, within * SHARE_OF_A_PASS);
        if (this.#isAccepting) leftToAccept -= Math.min(now - passedAt, ACCEPTING * SHARE_OF_A_PASS);
      }
      passes++;
      passedAt = now;
      this.#isAccepting = false;
      if (quiet >= QUIET_PASSES) callback(true);
      else if (left <= 0 && passes >= QUIET_PASSES) callback(false);
      else {
        this.#isAccepting = passes >= QUIET_PASSES && leftToAccept > 0;
        immediate = setImmediate(pass);
      }
    };
    let immediate = setImmediate(pass);
    return () => {
      clearImmediate(immediate);
      this.#isAccepting = false;
    };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  #noticeSuspend(monotonic: number): void {
    this.#uptimeReadAt = monotonic;
    const uptime = this.#sources.uptime();
    if (uptime % 1000 !== 0) this.#shortest = SHORTEST_SUSPEND;
    const lead = uptime - monotonic;
    if (lead - this.#lead >= this.#shortest) this.#slept += lead - this.#lead;
    this.#lead = Math.max(this.#lead, lead);
  }
}
