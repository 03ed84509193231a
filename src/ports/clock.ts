import { instant, type Instant, type Millis, type Moment } from '../domain/time.js';

/** Cancels what was scheduled. Idempotent, and harmless when it is too late. */
export type Cancel = () => void;

/** The only source of time. Nothing outside its adapter reads a clock or sets a timer. */
export interface Clock {
  /** The monotonic clock. It counts through a suspend of the machine. */
  now(): Moment;

  /** The wall clock, for people. It may jump. */
  wall(): Instant;

  /** Runs `callback` once, `delay` milliseconds from now or slightly later. */
  after(delay: Millis, callback: () => void): Cancel;

  /**
   * Runs `callback` once everything that was in the sockets at the time of the call has been read. Open connections
   * always are. Connections that are not accepted yet are waited for no longer than `within`, since others decide how
   * many come.
   *
   * @param callback gets whether all of those were accepted, too
   */
  afterReading(callback: (all: boolean) => void, within: Millis): Cancel;

  /**
   * Whether such a reading still waits for connections to be accepted. What is read meanwhile should be handled later,
   * since one connection is accepted in each pass of the event loop, however long the pass is.
   */
  readonly isAccepting: boolean;

  /** Runs `callback` at the end of this pass of the event loop. */
  soon(callback: () => void): void;
}

/** The wall clock at a moment just past. Read again when this process was put aside between one clock and the other. */
export function wallAt(clock: Pick<Clock, 'now' | 'wall'>, at: Moment): Instant {
  for (let attempt = 1; ; attempt++) {
    const now = clock.now();
    const wall = clock.wall();
    if (attempt === 4 || clock.now() - now < 1) return instant(wall - (now - at));
  }
}
