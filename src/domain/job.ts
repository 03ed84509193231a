import type { Instant, Millis } from './time.js';

/** A run of a job that has started and not ended, as it is stored. */
interface StoredRun {
  readonly rid?: string;
  readonly startedAt: Instant;
  /** When it must have ended, in observed time. */
  readonly deadline: Millis;
  /** The total blind time when it started. */
  readonly blind: Millis;
  /** Whether the node fails if it does not end. */
  readonly isWatched: boolean;
}

/** What is known of a node's job from its pings, as it is stored. */
export interface StoredJob {
  /** How many pings have counted. */
  readonly pings: number;
  /** How long the last run took that has ended, if its start is known. */
  readonly lastDuration?: Millis;
  /** Oldest first. */
  readonly runs: readonly StoredRun[];
}
