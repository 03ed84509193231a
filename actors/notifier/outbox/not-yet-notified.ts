import { isEnd } from '../../../src/domain/alert.js';
import type { OpenDelivery } from './open-alerts.js';

/** The last deliveries of which nobody can have been notified. */
export function trailingUnnotified(open: readonly OpenDelivery[]): readonly OpenDelivery[] {
  const told = open.findLastIndex(
    ({ delivery, record }) =>
      delivery.attempts > 0 || (isEnd(record.alert.type) && !stands({ delivery, record })),
  );
  return open.slice(told + 1);
}

export function isFailure({ record: { alert } }: OpenDelivery): boolean {
  return alert.type === 'node.failed' || alert.type === 'node.reported_failure';
}

/** Whether its hold ends when its node recovers. */
export function isMoot({ delivery: { hold } }: OpenDelivery): boolean {
  return hold === 'acknowledged' || hold === 'dependency';
}

/** Whether it folds, or will fold, others of its node. */
export function stands({ delivery }: OpenDelivery): boolean {
  return delivery.hold === 'flapping' || delivery.folds !== undefined;
}
