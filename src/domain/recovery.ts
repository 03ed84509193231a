import { instant, type Instant, type Millis } from './time.js';

/**
 * Sessions that were last heard in the same run of the daemon. Each start is a generation. A session belongs to the
 * latest generation in which it was opened or healed.
 */
export interface SilentGeneration {
  readonly generation: number;
  /** When these sessions end unless they are healed. */
  readonly deadline: Instant;
  /** The end that is stored for them: one timeout after the daemon was last known to be alive. */
  readonly endsAt: Instant;
}

/**
 * What a start decided about the open sessions that it found. It is stored, so that another start soon after does not
 * give silent users a new timeout: a crash loop keeps nobody online.
 */
export interface Recovery {
  /** The number of starts on this data directory. */
  readonly generation: number;
  /** Sessions not heard in this generation yet. Empty once all of them have been healed or have ended. */
  readonly silent: readonly SilentGeneration[];
}

/**
 * The facts for a recovery: the time of the start, when the daemon was last alive, and the decision of the start
 * before.
 */
export interface Restart {
  readonly at: Instant;
  /** Every end before this instant is on disk. */
  readonly watermark: Instant | undefined;
  /** When the daemon was last known to be alive and answering. Not before the watermark. */
  readonly aliveAt: Instant | undefined;
  readonly previous: Recovery | undefined;
}

/**
 * Sessions heard in the run that just ended get one whole timeout, since only that run knew their deadline. Sessions
 * that were silent all through it get only the time that the daemon was away.
 *
 * An end counts from when the daemon was last alive, not from the watermark: a slow machine acts on deadlines late and
 * meanwhile answers heals, and no session may end before them.
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

/** The group that an open session belongs to: the latest one that is not later than its last heal. */
export function silentSince(recovery: Recovery, lastHeard: number): SilentGeneration {
  const group =
    recovery.silent.findLast((candidate) => candidate.generation <= lastHeard) ?? recovery.silent[0];
  if (group === undefined) throw new RangeError('a settled recovery has no silent sessions');
  return group;
}
