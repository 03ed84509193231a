import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { Instant } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import { deliveryTo, fresh } from '../outbox/delivery.js';

/** The channel that gets what becomes a dead letter in this one. */
function fallbackOf(
  channels: readonly Pick<ChannelPolicy, 'name' | 'fallback'>[],
  channel: string,
): string | undefined {
  return channels.find(({ name }) => name === channel)?.fallback;
}

/**
 * Adds a delivery to the fallback channel for an alert that is dead on another. A channel that has the alert already,
 * or is about to get it, does not get it again. So this ends, even if a changed configuration makes two channels each
 * other's fallback.
 *
 * @param delivery as it is in the record
 */
export function withFallback(
  record: AlertRecord,
  delivery: Delivery,
  channels: readonly Pick<ChannelPolicy, 'name' | 'fallback'>[],
  wall: Instant,
): AlertRecord {
  const fallback = delivery.state === 'dead' ? fallbackOf(channels, delivery.channel) : undefined;
  if (fallback === undefined) return record;
  const there = deliveryTo(record, fallback);
  if (there !== undefined && there.state !== 'cancelled' && there.state !== 'folded') return record;
  const others = record.deliveries.filter(({ channel }) => channel !== fallback);
  return { ...record, deliveries: [...others, { ...fresh(fallback, wall), insteadOf: delivery.channel }] };
}
