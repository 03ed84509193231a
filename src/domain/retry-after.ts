import { toSeconds, type Seconds } from './time.js';

/** A longer wait, of over a year, is taken for a mistake of the other side. */
const LONGEST: Seconds = 365 * 86_400;

/**
 * The wait that a `Retry-After` header asks for. An instant in it is compared with the server's own `Date`, or without
 * one with our clock.
 *
 * @param now our wall clock in milliseconds
 * @returns undefined if the header is absent or cannot be read
 */
export function retryAfterOf(
  retryAfter: string | undefined,
  date: string | undefined,
  now: number,
): Seconds | undefined {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  // `Date.parse` would read "-1" and "2" as years.
  if (!/[a-z]/i.test(text)) return undefined;
  const sentAt = Date.parse(date ?? '');
  const seconds = toSeconds(Date.parse(text) - (Number.isNaN(sentAt) ? now : sentAt));
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/** Whether a wait that another party asks for is acceptable. */
export function isWait(seconds: unknown): seconds is Seconds {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= LONGEST;
}
