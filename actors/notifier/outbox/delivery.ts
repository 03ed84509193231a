import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { Instant } from '../../../src/domain/time.js';

export function fresh(channel: string, since: Instant): Delivery {
  return { channel, state: 'pending', attempts: 0, lastError: undefined, since };
}

export function held(delivery: Delivery, hold: NonNullable<Delivery['hold']>): Delivery {
  return { ...delivery, state: 'held', hold };
}

export function deliveryTo(record: AlertRecord, channel: string): Delivery | undefined {
  return record.deliveries.find((delivery) => delivery.channel === channel);
}

export function withDelivery(record: AlertRecord, changed: Delivery): AlertRecord {
  return {
    ...record,
    deliveries: record.deliveries.map((delivery) =>
      delivery.channel === changed.channel ? changed : delivery,
    ),
  };
}

/** The delivery in another state, no longer held. */
export function moved(delivery: Delivery, state: Exclude<Delivery['state'], 'held'>): Delivery {
  const { hold: _, ...rest } = delivery;
  return { ...rest, state };
}
