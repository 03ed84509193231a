import { moment, type Instant, type Millis, type Moment } from './time.js';

/** Why the daemon could not hear: its process stood still, or it was not running. */
export type BlindCause = 'stalled' | 'restarted';

export function isBlindCause(text: string): text is BlindCause {
  return text === 'stalled' || text === 'restarted';
}

/** An interval in which the daemon could hear nobody. */
export interface BlindInterval {
  readonly from: Instant;
  readonly to: Instant;
  readonly cause: BlindCause;
}

/** A blind interval on the monotonic clock. `previousEnd` is the end of the one before it. */
export interface Blindness {
  readonly from: Moment;
  readonly to: Moment;
  readonly previousEnd: Moment | undefined;
}

/**
 * The deadline after a blind interval: never sooner than its old value plus the blind time, nor sooner than the end of
 * the interval plus the smaller of the timeout and `grace`.
 *
 * What was already given that grace, and has not been heard since, gets the blind time only. So a daemon that stalls
 * again and again does not keep silent users online.
 */
export function deadlineAfter(
  blindness: Blindness,
  live: { readonly deadline: Moment; readonly lastSeen: Moment },
  timeout: Millis,
  grace: Millis,
): Moment {
  const shifted = live.deadline + (blindness.to - blindness.from);
  const silentSinceLast = blindness.previousEnd !== undefined && live.lastSeen < blindness.previousEnd;
  if (silentSinceLast) return moment(shifted);
  return moment(Math.max(shifted, blindness.to + Math.min(timeout, grace)));
}
