import { instant, type Instant } from '../../domain/time.js';
import type { KeyRange } from '../../ports/ordered-store.js';

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
