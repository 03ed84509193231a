import { instant, type Instant } from '../../domain/time.js';

/** Instants take six bytes, shifted so that those before 1970 sort first. They reach to the year 6429. */
export const INSTANT = 6;
export const INSTANT_SHIFT = 2 ** 47;

/** Keys from the first on, before the second. */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export function rangeOf(kind: number): KeyRange {
  return { gte: Buffer.of(kind), lt: Buffer.of(kind + 1) };
}

export function putInstant(to: Buffer, at: Instant, offset: number): void {
  to.writeUIntBE(at + INSTANT_SHIFT, offset, INSTANT);
}

export function takeInstant(from: Buffer, offset: number): Instant {
  return instant(from.readUIntBE(offset, INSTANT) - INSTANT_SHIFT);
}
