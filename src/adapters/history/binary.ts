import { instant, type Instant } from '../../domain/time.js';
import { userIdFromBigInt, type UserId } from '../../domain/user-id.js';
import type { KeyRange } from '../../ports/ordered-store.js';

/** Users take eight bytes with the sign bit flipped, so that they sort as numbers do. */
export const USER = 8;
const SIGN = 0x80000000;
/** Instants take six bytes, shifted so that those before 1970 sort first. They reach to the year 6429. */
export const INSTANT = 6;
export const INSTANT_SHIFT = 2 ** 47;
/** Milliseconds with fractions, as they are compared. */
export const MILLIS = 8;
export const COUNT = 4;

export function rangeOf(kind: number): KeyRange {
  return { gte: Buffer.of(kind), lt: Buffer.of(kind + 1) };
}

export function putInstant(to: Buffer, at: Instant, offset: number): void {
  to.writeUIntBE(at + INSTANT_SHIFT, offset, INSTANT);
}

export function takeInstant(from: Buffer, offset: number): Instant {
  return instant(from.readUIntBE(offset, INSTANT) - INSTANT_SHIFT);
}

/** Four times as fast as shifting a bigint, which would take most of the time of a mass expiry. */
const scratch = new DataView(new ArrayBuffer(USER));

export function putUser(to: Buffer, user: UserId, offset: number): void {
  scratch.setBigInt64(0, BigInt(user));
  to.writeUInt32BE((scratch.getUint32(0) ^ SIGN) >>> 0, offset);
  to.writeUInt32BE(scratch.getUint32(4), offset + 4);
}

export function takeUser(from: Buffer, offset: number): UserId {
  scratch.setUint32(0, from.readUInt32BE(offset) ^ SIGN);
  scratch.setUint32(4, from.readUInt32BE(offset + 4));
  return userIdFromBigInt(scratch.getBigInt64(0));
}
