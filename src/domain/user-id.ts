declare const kind: unique symbol;

/** A signed 64-bit integer in canonical decimal: no leading zeros, no plus sign, never `-0`. */
export type UserId = string & { readonly [kind]: 'user' };

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

function canonical(digits: string): UserId {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- parsing: the digits were just checked
  return digits as UserId;
}

export function userIdFromBigInt(value: bigint): UserId {
  return canonical(BigInt.asIntN(64, value).toString());
}
