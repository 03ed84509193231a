import { unixSeconds, type Instant } from '../domain/time.js';
import { upTo } from './values.js';

/** An instant in a request: Unix seconds, or seconds ago. */
export type When = { readonly seconds: number } | { readonly ago: number };

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
]);

/** Unix seconds within the range of `Date`. */
const SECONDS = `-?0{0,3}(?:[0-9]{1,12}|${upTo('8640000000000')})`;
const DATE = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const TIME = '[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?';
/** A `+` that was not percent-encoded has become a space. */
const ZONE = '(?:Z|[-+ ][0-9]{2}:[0-9]{2})';
const AGO = '-([0-9]{1,6})([smhdw])';

/** The syntax of an absolute instant. */
export const INSTANT = `^(?:${SECONDS}|${DATE}(?:T${TIME}${ZONE})?)$`;
/** The syntax of an instant in a query. */
export const WHEN = `^(?:${SECONDS}|${AGO}|${DATE}(?:T${TIME}${ZONE})?)$`;

const SHAPE = new RegExp(WHEN);
const FIXED = new RegExp(INSTANT);
const PLAIN = new RegExp(`^${SECONDS}$`);
const RELATIVE = new RegExp(`^${AGO}$`);

/**
 * Reads Unix seconds, an instant of ISO 8601 (a day is its beginning in UTC), or a time before now, as `-1h`.
 *
 * @returns undefined for anything else
 */
export function parseWhen(text: string): When | undefined {
  if (!SHAPE.test(text)) return undefined;
  if (PLAIN.test(text)) return { seconds: Number(text) };
  const [, count, unit = ''] = RELATIVE.exec(text) ?? [];
  if (count !== undefined) return { ago: Number(count) * (UNITS.get(unit) ?? 1) };
  const at = Date.parse(text.replace(' ', '+'));
  // Date accepts 30 February, and makes it a day in March.
  const day = text.slice(0, 10);
  if (Number.isNaN(at) || new Date(Date.parse(day)).toISOString().slice(0, 10) !== day) return undefined;
  return { seconds: Math.floor(at / 1000) };
}

/** Reads Unix seconds or an instant of ISO 8601. @returns undefined for anything else */
export function parseInstant(text: string): number | undefined {
  const when = FIXED.test(text) ? parseWhen(text) : undefined;
  return when !== undefined && 'seconds' in when ? when.seconds : undefined;
}

export function secondsOf(when: When, now: Instant): number {
  return 'seconds' in when ? when.seconds : unixSeconds(now) - when.ago;
}
