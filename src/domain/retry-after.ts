/**
 * How many seconds a server asks us to wait. It may name an instant instead: by its own clock, which its `Date` tells.
 *
 * @returns undefined when it does not ask, or not understandably
 */
export function retryAfterOf(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter);
  const seconds = (Date.parse(retryAfter) - Date.parse(date ?? '')) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
