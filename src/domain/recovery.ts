import { instant, type Instant, type Millis } from './time.js';

/**
 * Sessions that were last heard in the same run of the daemon. Each start is a generation; a session belongs to
 * the latest in which it was opened or healed.
 */
export interface SilentGeneration {
  readonly generation: number;
  /** When these sessions are given up unless they are healed. */
  readonly deadline: Instant;
  /** What their end is stored as when they are given up: one timeout after the last proof of life. */
  readonly endsAt: Instant;
}

/**
 * What a start decided about the sessions it found open. It is stored, so that a start soon after it does not give
 * silent users their time anew: a daemon in a crash loop hides nobody.
 */
export interface Recovery {
  /** Counts the starts on this data directory, from 1. */
  readonly generation: number;
  /** Those not heard in this generation yet. Empty once all of them have been healed or have ended. */
  readonly silent: readonly SilentGeneration[];
}

/** What is known at a start: when it is, when the daemon was last alive, what the start before it decided. */
export interface Restart {
  readonly at: Instant;
  /** Every end before it is on disk. */
  readonly watermark: Instant | undefined;
  /** When the daemon was last known to be alive and to answer, which is not before the watermark. */
  readonly aliveAt: Instant | undefined;
  readonly previous: Recovery | undefined;
}

/**
 * Sessions heard in the run that just ended get one whole timeout, since their deadline was known only to that run.
 * Those that were silent all through it get the time that the daemon was away, and no more.
 *
 * An end counts from when the daemon was last alive, not from the watermark: a slow machine acts on deadlines late, and
 * meanwhile answers heals that a session is not to end before.
 */
export function planRecovery(restart: Restart, timeout: Millis): Recovery {
  const { at, previous } = restart;
  const settledUpTo = restart.watermark ?? at;
  const aliveAt = restart.aliveAt ?? settledUpTo;
  const away = Math.max(0, at - aliveAt);
  const heard = previous?.generation ?? 0;
  const silent = (previous?.silent ?? [])
    .filter((group) => group.deadline > settledUpTo)
    .map((group) => ({ ...group, deadline: instant(Math.min(group.deadline + away, at + timeout)) }));
  return {
    generation: heard + 1,
    silent: [
      ...silent,
      { generation: heard, deadline: instant(at + timeout), endsAt: instant(aliveAt + timeout) },
    ],
  };
}

/** The group that a session found open belongs to: the latest that is not later than when it was last heard. */
export function silentSince(recovery: Recovery, lastHeard: number): SilentGeneration {
  const group =
    recovery.silent.findLast((candidate) => candidate.generation <= lastHeard) ?? recovery.silent[0];
  if (group === undefined) throw new RangeError('a settled recovery has no silent sessions');
  return group;
}
