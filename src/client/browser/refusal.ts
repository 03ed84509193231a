/** Refusals that another attempt may not meet, by their codes. */
const PASSING = /READY|OVERLOADED|RATE_LIMITED|READERS|MEMORY|STORE_|TIMEOUT|INTERNAL/;

export function isPassing(code: string): boolean {
  return PASSING.test(code);
}

/** The HTTP status of a code, for what is refused on a socket. */
export function statusOf(code: string): number {
  if (/UNAUTHORIZED/.test(code)) return 401;
  if (/FORBIDDEN/.test(code)) return 403;
  if (/RATE_LIMITED/.test(code)) return 429;
  return isPassing(code) ? 503 : 400;
}
