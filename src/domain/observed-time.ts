import type { Instant, Millis } from './time.js';

/**
 * The time that the daemon has been awake, over all its runs: it stands still while the daemon is blind, and a wall
 * clock that jumps does not move it. A deadline on the vigil is therefore never sooner than its old value plus the
 * blind time, without anybody touching it, a restart included.
 */
export interface ObservedTime {
  /** Milliseconds awake so far. */
  readonly awake: Millis;
  /** Milliseconds blind so far. No two blindnesses begin at the same. */
  readonly blind: Millis;
  /** The wall clock when it was so. */
  readonly wall: Instant;
  /** When blindnesses were over, oldest first; those that nobody's deadline depends on any more are left out. */
  readonly resumptions: readonly Resumption[];
}

/** The end of a blindness. */
export interface Resumption {
  /** On the vigil. */
  readonly awake: Millis;
  /** How long the daemon had been blind before this one. */
  readonly blind: Millis;
}

/** The most wakings that are kept: whoever depended on an older one gets a later deadline, and never a sooner one. */
const MOST_WAKINGS = 1000;

/** The vigil after a blindness. */
export function woken(vigil: ObservedTime, blind: Millis): ObservedTime {
  const waking = { awake: vigil.awake, blind: vigil.blind };
  return {
    ...vigil,
    blind: vigil.blind + blind,
    resumptions: [...vigil.resumptions, waking].slice(-MOST_WAKINGS),
  };
}

/** The first waking since somebody was heard; of what came later, nobody is given time again. */
export function firstResumptionSince(
  { resumptions }: ObservedTime,
  heardBlind: Millis,
): Resumption | undefined {
  let first: Resumption | undefined;
  for (let at = resumptions.length - 1; at >= 0; at--) {
    const waking = resumptions[at];
    if (waking === undefined || waking.blind < heardBlind) break;
    first = waking;
  }
  return first;
}
