import { raisedAt } from './alert-id.js';
import type { AlertRecord, Delivery } from './alert.js';
import type { Instant, Millis } from './time.js';

/** An alert that is told so long after it was raised is told late. */
export const LATE: Millis = 3_600_000;

/** Somebody has been told, or is about to be. */
export function isNotification({ state }: Pick<Delivery, 'state'>): boolean {
  return state === 'pending' || state === 'delivered' || state === 'dead';
}

/** When somebody was told last, or could have been for the first time. @returns undefined if that was not late */
export function notifiedLateAt({ alert: { id }, deliveries }: AlertRecord): Instant | undefined {
  let last: Instant | undefined;
  for (const delivery of deliveries) {
    const at = delivery.lastAttempt ?? delivery.since;
    if (isNotification(delivery) && at >= (last ?? raisedAt(id) + LATE)) last = at;
  }
  return last;
}
