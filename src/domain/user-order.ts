import type { UserReach } from './access.js';
import type { UserId, UserIdKind } from './user-id.js';

/** Negative if the first id comes first. Both may be a prefix of one, too. */
export type Compare = (one: string, other: string) => number;

/** Ids without a gap between them, in order. */
interface Span {
  /** None comes before this; undefined if it begins with the first id. */
  readonly from: string | undefined;
  readonly holds: (id: UserId) => boolean;
}

/**
 * The order in which users are listed: integers by their value, texts by the bytes of their UTF-8.
 *
 * @param isPlain no text `isHigh`: they are compared in less than half the time
 */
export function orderOf(kind: UserIdKind, isPlain = false): Compare {
  if (kind === 'integer') return compareIntegers;
  return isPlain ? compareUnits : compareTexts;
}

const HIGH = /[\ud800-\uffff]/;

/** Whether an id has characters whose order in UTF-16 is another one than in UTF-8. */
export function isHigh(id: UserId): boolean {
  return HIGH.test(id);
}

/** The users that a caller may touch, as spans in this order. */
export function spansOf(reach: UserReach | undefined): readonly Span[] {
  if (reach === undefined) return [{ from: undefined, holds: () => true }];
  if (reach === 'none') return [];
  if ('only' in reach) return [{ from: reach.only, holds: (id) => id === reach.only }];
  if ('prefixes' in reach) {
    return withoutNested(reach.prefixes).map((prefix) => ({
      from: prefix,
      holds: (id) => id.startsWith(prefix),
    }));
  }
  return [{ from: reach.from, holds: (id) => compareIntegers(id, reach.to) <= 0 }];
}

/** Compares canonical decimals without converting them: a 64-bit id does not fit a number. */
function compareIntegers(one: string, other: string): number {
  const isNegative = one.startsWith('-');
  if (isNegative !== other.startsWith('-')) return isNegative ? -1 : 1;
  const difference = one.length - other.length || (one < other ? -1 : Number(one > other));
  return isNegative ? -difference : difference;
}

function compareUnits(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

const SURROGATE = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** UTF-16 differs from UTF-8 in one point: surrogates, which stand for the last characters, come before U+E000. */
function compareTexts(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  for (let at = 0; at < end; at++) {
    const difference = rankOf(one.charCodeAt(at)) - rankOf(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rankOf(unit: number): number {
  return unit >= SURROGATE && unit < BEHIND_SURROGATES ? unit + 0x10000 : unit;
}

/** Prefixes in order, none of which begins with another. */
function withoutNested(prefixes: readonly string[]): readonly string[] {
  return [...new Set(prefixes)]
    .filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)))
    .sort(compareTexts);
}
