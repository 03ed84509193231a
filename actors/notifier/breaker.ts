import { moment, type Millis, type Moment } from '../../src/domain/time.js';

/** Failures in a row after which a provider is left alone for a while. */
const BORNE = 5;

/** How a provider has answered lately. */
export interface Breaker {
  readonly failures: number;
  /** It is left alone until then. After that one attempt shows whether it is back. */
  readonly restUntil: Moment;
  /** Rests in a row. */
  readonly rests: number;
}

export const CLOSED: Breaker = { failures: 0, restUntil: moment(-Infinity), rests: 0 };

/** How many attempts may be under way at once. */
export function admits(breaker: Breaker, now: Moment, concurrency: number): number {
  if (now < breaker.restUntil) return 0;
  return breaker.failures >= BORNE ? 1 : concurrency;
}

export function succeeded(breaker: Breaker, now: Moment): Breaker {
  // It may have asked for a rest before this attempt came to its end.
  return now < breaker.restUntil && breaker.failures < BORNE ? { ...breaker, failures: 0 } : CLOSED;
}

/** @param rest how long the next rest in a row is */
export function failed(breaker: Breaker, now: Moment, rest: (rests: number) => Millis): Breaker {
  const failures = breaker.failures + 1;
  if (failures < BORNE || now < breaker.restUntil) return { ...breaker, failures };
  const rests = breaker.rests + 1;
  return { failures, rests, restUntil: moment(now + rest(rests)) };
}

/** The provider has asked to be left alone. */
export function askedToWait(breaker: Breaker, until: Moment): Breaker {
  return { ...breaker, restUntil: moment(Math.max(breaker.restUntil, until)) };
}
