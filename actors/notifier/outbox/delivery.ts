import { type AlertRecord, type Delivery, isEnd } from '../../../src/domain/alert.js';
import type { Instant, Moment } from '../../../src/domain/time.js';

export interface OpenDelivery {
  readonly record: AlertRecord;
  readonly delivery: Delivery;
}

/** When messages of one node were sent in the last hour, by channel. */
export type NodeMessages = Map<string, Moment[]>;

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

/** The latest deliveries, as far back as certainly nobody was notified of them. */
export function trailingUnnotified(open: readonly OpenDelivery[]): readonly OpenDelivery[] {
  const lastNotified = open.findLastIndex(
    ({ delivery, record }) =>
      delivery.attempts > 0 || (isEnd(record.alert.type) && !isSummary({ delivery, record })),
  );
  return open.slice(lastNotified + 1);
}

export function isFailure({ record: { alert } }: OpenDelivery): boolean {
  return alert.type === 'node.failed' || alert.type === 'node.reported_failure';
}

/** Whether it is held only while its node is failed: it is cancelled by a recovery. */
export function endsWithRecovery({ delivery: { hold } }: OpenDelivery): boolean {
  return hold === 'acknowledged' || hold === 'dependency' || hold === 'silence';
}

/** Whether it is a summary: folds earlier alerts of its node, or will fold some. */
export function isSummary({ delivery }: OpenDelivery): boolean {
  return delivery.hold === 'flapping' || delivery.folds !== undefined;
}
