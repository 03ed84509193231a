import type { Instant, Millis } from './time.js';

/**
 * Observed time: how long the daemon has been watching, over all its runs. It stands still while the daemon is blind or
 * not running, and jumps of the wall clock do not move it. A deadline in observed time is therefore never sooner than
 * its old value plus the blind time, with no record rewritten, even after a restart. See decision 11.
 */
export interface ObservedTime {
  /** Milliseconds watched so far. */
  readonly awake: Millis;
  /** Milliseconds blind so far. It differs at the beginning of each blind interval. */
  readonly blind: Millis;
  /** The wall clock at that time. */
  readonly wall: Instant;
  /** The ends of blind intervals, oldest first, without those that no deadline depends on any more. */
  readonly resumptions: readonly Resumption[];
}

/** The end of a blind interval. */
export interface Resumption {
  /** In observed time. */
  readonly awake: Millis;
  /** The total blind time before this interval. */
  readonly blind: Millis;
  /** By the wall clock. Unknown of those that older daemons stored. */
  readonly wall?: Instant;
}

/**
 * The most resumptions that are kept. A node that depended on an older one gets a later deadline, never a sooner one.
 */
const MOST_RESUMPTIONS = 1000;

/** Observed time after a blind interval. @param wall the end of the interval by the wall clock */
export function afterBlindness(observed: ObservedTime, blind: Millis, wall: Instant): ObservedTime {
  const resumption = { awake: observed.awake, blind: observed.blind, wall };
  return {
    ...observed,
    blind: observed.blind + blind,
    resumptions: [...observed.resumptions, resumption].slice(-MOST_RESUMPTIONS),
  };
}

/** The first resumption since a node was last heard. Later ones give it no more time. */
export function firstResumptionSince(
  { resumptions }: ObservedTime,
  heardBlind: Millis,
): Resumption | undefined {
  let first: Resumption | undefined;
  for (let at = resumptions.length - 1; at >= 0; at--) {
    const resumption = resumptions[at];
    if (resumption === undefined || resumption.blind < heardBlind) break;
    first = resumption;
  }
  return first;
}

/** The first resumption after an instant of the wall clock. Later ones give no more time to what was due then. */
export function firstResumptionAfter({ resumptions }: ObservedTime, due: Instant): Resumption | undefined {
  let first: Resumption | undefined;
  for (let at = resumptions.length - 1; at >= 0; at--) {
    const resumption = resumptions[at];
    if (resumption?.wall === undefined || resumption.wall < due) break;
    first = resumption;
  }
  return first;
}
