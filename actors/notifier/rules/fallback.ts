import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { Instant } from '../../../src/domain/time.js';
import { deliveryTo, fresh } from '../outbox/delivery.js';

/**
 * Adds a delivery to the fallback channel for an alert that is dead on another. A channel that has the alert already,
 * or is about to get it, does not get it again. So this ends, even if a changed configuration makes two channels each
 * other's fallback.
 *
 * @param dead as it is in the record
 */
export function withFallback(
  record: AlertRecord,
  dead: Delivery,
  fallback: string | undefined,
  wall: Instant,
): AlertRecord {
  if (fallback === undefined || dead.state !== 'dead') return record;
  const there = deliveryTo(record, fallback);
  const isTold = there !== undefined && there.state !== 'cancelled' && there.state !== 'folded';
  if (isTold) return record;
  const others = record.deliveries.filter(({ channel }) => channel !== fallback);
  return { ...record, deliveries: [...others, { ...fresh(fallback, wall), insteadOf: dead.channel }] };
}
