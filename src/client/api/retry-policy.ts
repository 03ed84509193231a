import type { Answers } from './contract/types.js';
import { HeartbeatRequestError, isUnreachable, systemCodeOf } from './request-error.js';
import type { Millis } from '../../domain/time.js';

/** The wait after the first failure is random up to this, and up to twice as much after each further one. */
const FIRST: Millis = 250;
const LONGEST: Millis = 10_000;
/** A call does not wait longer than this, whatever the daemon asks for. */
const LONGEST_ASKED: Millis = 60_000;

/**
 * The calls that may be repeated though their first attempt may have had its effect (docs/errors.md). A `GET` may
 * always be.
 */
const REPEATABLE: ReadonlySet<keyof Answers> = new Set<keyof Answers>([
  'heal',
  'healMany',
  'goodbye',
  'goodbyeByBeacon',
  'checkupMany',
  'eraseUser',
  'heartbeat',
  'heartbeatByPost',
  'heartbeats',
  'putNode',
  'pauseNode',
  'resumeNode',
  'acknowledgeNode',
  'unacknowledgeNode',
  'putStatusPage',
  'expireSilence',
  'endOverride',
  'pingWithBody',
  'pingBySlugWithBody',
  'pingBySlugSayingWithBody',
  'eventsOfMany',
  'signIn',
  'signOut',
]);

export function isRepeatable(operation: keyof Answers, method: string): boolean {
  return method === 'GET' || REPEATABLE.has(operation);
}

/** The daemon, or a proxy before it, cannot answer now. */
const PASSING: readonly number[] = [408, 429, 502, 503, 504];

/** No connection was made, so the request cannot have had an effect. */
const NOT_SENT: readonly string[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/** Whether another attempt may succeed. */
export function isPassing(error: HeartbeatRequestError): boolean {
  return isUnreachable(error) || PASSING.includes(error.status);
}

/**
 * The wait before the next attempt: exponential back-off with full jitter, on top of what the daemon asks for.
 *
 * @param failures in a row, from 1
 * @returns undefined if there may be no other attempt
 */
export function waitAfter(
  error: unknown,
  failures: number,
  isRepeatable: boolean,
  random: () => number,
): Millis | undefined {
  if (!(error instanceof HeartbeatRequestError) || !isPassing(error)) return undefined;
  const wasNotSent = isUnreachable(error) && NOT_SENT.includes(systemCodeOf(error.cause));
  if (!isRepeatable && !wasNotSent) return undefined;
  const askedMs = (error.retryAfter ?? 0) * 1000;
  return askedMs > LONGEST_ASKED ? undefined : askedMs + backOff(failures, random);
}

/** @param failures in a row, from 1 */
export function backOff(
  failures: number,
  random: () => number,
  firstMs = FIRST,
  longestMs = LONGEST,
): Millis {
  return random() * Math.min(longestMs, firstMs * 2 ** (failures - 1));
}
