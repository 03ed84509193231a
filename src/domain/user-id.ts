import { isUtf8Within } from './utf8.js';

declare const kind: unique symbol;

/**
 * The id of a user. With `user_ids: integer` a signed 64-bit integer in canonical decimal: no leading zeros, no plus
 * sign, never `-0`. With `user_ids: text` any text that `parseTextId` takes.
 */
export type UserId = string & { readonly [kind]: 'user' };

/** What ids of users may be. */
export const USER_ID_KINDS = ['integer', 'text'] as const;

export type UserIdKind = (typeof USER_ID_KINDS)[number];

/** How ids of users are read, by the setting `user_ids`. */
export interface UserIds {
  readonly kind: UserIdKind;
  /** @returns undefined if the text is not an id */
  readonly parse: (text: string) => UserId | undefined;
}

const LARGEST = '9223372036854775807';
const SMALLEST = '9223372036854775808';

const PLUS = 43;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;

/**
 * Parses a user id. A leading `+` and leading zeros are dropped, `-0` becomes 0. The digits are never converted to a
 * number, because a 64-bit id does not fit one.
 *
 * @returns the canonical id, or undefined if the text is not a signed 64-bit integer
 */
export function parseUserId(text: string): UserId | undefined {
  const sign = text.charCodeAt(0);
  const signed = sign === PLUS || sign === MINUS;
  const end = text.length;
  let first = signed ? 1 : 0;
  if (first === end) return undefined;
  for (let i = first; i < end; i++) {
    const digit = text.charCodeAt(i);
    if (digit < ZERO || digit > NINE) return undefined;
  }
  while (first < end - 1 && text.charCodeAt(first) === ZERO) first++;

  const magnitude = first === 0 ? text : text.slice(first);
  const negative = sign === MINUS && magnitude !== '0';
  if (magnitude.length >= LARGEST.length && exceeds(magnitude, negative ? SMALLEST : LARGEST))
    return undefined;
  return canonical(negative ? `-${magnitude}` : magnitude);
}

function exceeds(magnitude: string, limit: string): boolean {
  return magnitude.length > limit.length || magnitude > limit;
}

function canonical(text: string): UserId {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: the text was just checked
  return text as UserId;
}

const MOST_BYTES = 255;
/** C0, DEL and C1: U+0000 to 001F, U+007F to 009F. */
const CONTROL = /\p{Control}/u;

/**
 * Parses a text as an id: 1 to 255 bytes of UTF-8 without control characters, except `.` and `..`, which no URL path
 * can carry. It is kept as it is: `7` and `007` are two ids.
 *
 * @returns undefined if the text cannot be an id
 */
export function parseTextId(text: string): UserId | undefined {
  if (text === '.' || text === '..' || !isUtf8Within(text, MOST_BYTES) || CONTROL.test(text))
    return undefined;
  return canonical(text);
}

/** Whether an id is stored as an integer. A text of the same digits is the same user. */
export function isInteger(user: UserId): boolean {
  return parseUserId(user) === user;
}

export function userIdsOf(kind: UserIdKind): UserIds {
  return { kind, parse: kind === 'text' ? parseTextId : parseUserId };
}

export function userIdFromBigInt(value: bigint): UserId {
  return canonical(BigInt.asIntN(64, value).toString());
}
