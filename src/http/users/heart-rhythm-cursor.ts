import { instant, type Instant } from '../../domain/time.js';
import type { Order } from '../input/query.js';

/** Where a page ended: behind the session that began at this instant, in this order. */
export interface Cursor {
  readonly order: Order;
  readonly after: Instant;
}

const PLAIN = /^(asc|desc):(-?\d{1,16})$/;

/** Opaque to clients, who may not compute with it. */
export function encodeCursor({ order, after }: Cursor): string {
  return Buffer.from(`${order}:${after}`, 'latin1').toString('base64url');
}

/** @returns undefined for anything that `encodeCursor` does not make */
export function decodeCursor(text: string): Cursor | undefined {
  const [, order, after] = PLAIN.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (after === undefined) return undefined;
  const cursor: Cursor = { order: order === 'desc' ? 'desc' : 'asc', after: instant(Number(after)) };
  // Node's decoder skips what is no base64url.
  return encodeCursor(cursor) === text ? cursor : undefined;
}
