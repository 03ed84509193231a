import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { Instant } from '../../../src/domain/time.js';
import { deliveryTo, fresh } from '../outbox/delivery.js';

/**
 * Has another channel told of what died in this one. It is told once, whatever else it is for: who has the alert
 * already, or is about to get it, gets it no second time. So it ends, too, where the configuration has changed since
 * and one now stands in for the other that stood in for it.
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
