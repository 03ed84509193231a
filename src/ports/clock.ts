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

  /** Runs `callback` once everything has been read that lay in the sockets when this was called. */
  afterReading(callback: () => void): Cancel;

  /** Runs `callback` at the end of this pass of the event loop. */
  soon(callback: () => void): void;
}
