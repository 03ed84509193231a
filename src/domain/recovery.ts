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
  readonly watermark: Instant | undefined;
  readonly previous: Recovery | undefined;
}

/**
 * Sessions heard in the run that just ended get one whole timeout, since their deadline was known only to that run.
 * Those that were silent all through it get the time that the daemon was away, and no more.
 */
export function planRecovery(restart: Restart, timeout: Millis): Recovery {
  const { at, previous } = restart;
  const aliveAt = restart.watermark ?? at;
  const away = Math.max(0, at - aliveAt);
  const heard = previous?.generation ?? 0;
  const silent = (previous?.silent ?? [])
    .filter((group) => group.deadline > aliveAt)
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
