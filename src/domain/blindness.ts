import { moment, type Instant, type Millis, type Moment } from './time.js';

/** Why the daemon could not hear anybody: it stood still, or it was not running. */
export type BlindCause = 'stalled' | 'restarted';

export function isBlindCause(text: string): text is BlindCause {
  return text === 'stalled' || text === 'restarted';
}

/** A stretch in which the daemon heard nobody, by its own fault. */
export interface BlindInterval {
  readonly from: Instant;
  readonly to: Instant;
  readonly cause: BlindCause;
}

/** The same stretch as deadlines feel it. `previousEnd` is when the blindness before this one ended. */
export interface Blindness {
  readonly from: Moment;
  readonly to: Moment;
  readonly previousEnd: Moment | undefined;
}

/**
 * Where a live deadline lies after the daemon was blind: never sooner than its old value plus the blind time, nor
 * than the end of the blindness plus the smaller of the timeout and `grace`.
 *
 * What was blinded before and has not been heard since gets the blind time only, so that a daemon that stalls
 * again and again hides nobody.
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
