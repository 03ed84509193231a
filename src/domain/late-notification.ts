import { raisedAt } from './alert-id.js';
import type { AlertRecord, Delivery } from './alert.js';
import type { Instant, Millis } from './time.js';

/** A notification this long after the alert was raised is late. */
export const LATE: Millis = 3_600_000;

/** Somebody was notified, or may have been. */
export function isNotification({ state }: Pick<Delivery, 'state'>): boolean {
  return state === 'pending' || state === 'delivered' || state === 'dead';
}

/** The last notification of an alert, or the earliest possible one. @returns undefined if it was not late */
export function notifiedLateAt({ alert: { id }, deliveries }: AlertRecord): Instant | undefined {
  let last: Instant | undefined;
  for (const delivery of deliveries) {
    const at = delivery.lastAttempt ?? delivery.since;
    if (isNotification(delivery) && at >= (last ?? raisedAt(id) + LATE)) last = at;
  }
  return last;
}
