import type { Instant, Millis } from './time.js';

/**
 * The time that the daemon has been awake, over all its runs: it stands still while the daemon is blind, and a wall
 * clock that jumps does not move it. A deadline on the vigil is therefore never sooner than its old value plus the
 * blind time, without anybody touching it, a restart included.
 */
export interface Vigil {
  /** Milliseconds awake so far. */
  readonly awake: Millis;
  /** Milliseconds blind so far. No two blindnesses begin at the same. */
  readonly blind: Millis;
  /** The wall clock when it was so. */
  readonly wall: Instant;
  /** When blindnesses were over, oldest first; those that nobody's deadline depends on any more are left out. */
  readonly wakings: readonly Waking[];
}

/** The end of a blindness. */
export interface Waking {
  /** On the vigil. */
  readonly awake: Millis;
  /** How long the daemon had been blind before this one. */
  readonly blind: Millis;
}
