import { moment, type Millis, type Moment } from '../../../src/domain/time.js';

/** Consecutive failures after which the circuit breaker opens. */
const MOST_FAILURES = 5;
/** A provider's `Retry-After` may delay one alert as long as it likes, but all the others for at most this long. */
const LONGEST_REST: Millis = 3_600_000;

/** The circuit breaker of a channel: stops its attempts for a while after several failures in a row. */
export interface Breaker {
  readonly failures: number;
  /** Open until then. After that one attempt shows whether the provider is back. */
  readonly restUntil: Moment;
  /** How often it opened in a row. */
  readonly rests: number;
}

export const CLOSED: Breaker = { failures: 0, restUntil: moment(-Infinity), rests: 0 };

/** Closed allows every attempt, open none, half-open one. */
export type BreakerState = 'closed' | 'open' | 'half_open';

export function stateOf({ failures, restUntil }: Breaker, now: Moment): BreakerState {
  if (now < restUntil) return 'open';
  return failures >= MOST_FAILURES ? 'half_open' : 'closed';
}

/** How many attempts may be under way at once. */
export function admits(breaker: Breaker, now: Moment, concurrency: number): number {
  switch (stateOf(breaker, now)) {
    case 'open':
      return 0;
    case 'half_open':
      return 1;
    case 'closed':
      return concurrency;
  }
}

export function succeeded(breaker: Breaker, now: Moment): Breaker {
  // The provider may have asked for a rest before this attempt ended.
  return now < breaker.restUntil && breaker.failures < MOST_FAILURES ? { ...breaker, failures: 0 } : CLOSED;
}

/** @param rest the length of the next rest in a row */
export function failed(breaker: Breaker, now: Moment, rest: (rests: number) => Millis): Breaker {
  const failures = breaker.failures + 1;
  if (failures < MOST_FAILURES || now < breaker.restUntil) return { ...breaker, failures };
  const rests = breaker.rests + 1;
  return { failures, rests, restUntil: moment(now + rest(rests)) };
}

/** The provider asks to wait this long. */
export function honourRetryAfter(breaker: Breaker, now: Moment, retryAfter: Millis): Breaker {
  const until = now + Math.min(retryAfter, LONGEST_REST);
  return { ...breaker, restUntil: moment(Math.max(breaker.restUntil, until)) };
}
