import type { Instant, Millis, Moment } from '../domain/time.js';

/** Forgets what was scheduled; calling it late or twice is harmless. */
export type Cancel = () => void;

/** All the time there is. Nothing outside its adapter reads a clock or sets a timer. */
export interface Clock {
  /** Never goes back, and counts through a suspend of the machine. */
  now(): Moment;

  /** What people are shown. It may jump. */
  wall(): Instant;

  /** Runs `callback` once, `delay` milliseconds from now or a little later. */
  after(delay: Millis, callback: () => void): Cancel;

  /**
   * Runs `callback` once everything has been read that lay in the sockets when this was called. What lies in open
   * connections always has been; connections that have yet to be accepted are waited for no longer than `within`,
   * since others decide how many come.
   *
   * @param callback told whether all of those were accepted, too
   */
  afterReading(callback: (all: boolean) => void, within: Millis): Cancel;

  /** Runs `callback` at the end of this pass of the event loop. */
  soon(callback: () => void): void;
}
