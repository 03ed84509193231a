/** Seconds. Nobody is left alone for longer than a year: a longer wait is a mistake of whoever asks for it. */
const LONGEST = 365 * 86_400;

/**
 * How many seconds a server asks us to wait. It may name an instant instead: by its own clock, which its `Date` tells,
 * or by ours where it has none.
 *
 * @param now by our wall clock, in milliseconds
 * @returns undefined when it does not ask, or not understandably
 */
export function retryAfterOf(
  retryAfter: string | undefined,
  date: string | undefined,
  now: number,
): number | undefined {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  // `Date.parse` would take "-1" and "2" for years.
  if (!/[a-z]/i.test(text)) return undefined;
  const told = Date.parse(date ?? '');
  const seconds = (Date.parse(text) - (Number.isNaN(told) ? now : told)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/** Whether a wait in seconds that somebody else asks for can be kept to. */
export function isWait(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= LONGEST;
}
