import type { AlertRecord, Delivery, Hold } from '../../../src/domain/alert.js';
import { held } from '../outbox/delivery.js';

/**
 * An alert is about to be released from a hold.
 *
 * @returns the record, held for another reason; undefined if there is none
 */
export type NextHold = (record: AlertRecord, hold: Hold) => AlertRecord | undefined;

/** @returns the deliveries, with those that were held for one reason held for another */
export function moveToHold(deliveries: readonly Delivery[], hold: Hold, other: Hold): readonly Delivery[] {
  return deliveries.map((delivery) => (delivery.hold === hold ? held(delivery, other) : delivery));
}
