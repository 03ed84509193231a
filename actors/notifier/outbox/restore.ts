import { earliestIdAt, raisedAt } from '../../../src/domain/alert-id.js';
import { isOpen, type AlertId, type AlertRecord } from '../../../src/domain/alert.js';
import { instant, type Millis, momentOf } from '../../../src/domain/time.js';
import { LATE } from '../../../src/domain/late-notification.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Outbox } from '../../../src/ports/outbox.js';
import type { AlertingRules } from '../rules/alerting.js';
import { moved, withDelivery } from './delivery.js';
import type { OpenAlerts } from './open-alerts.js';

const HOUR: Millis = 3_600_000;

export interface EarlierRunSources {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Whether memory has room for these. */
  readonly holds: (records: readonly AlertRecord[]) => boolean;
}

/** Restores what an earlier run left to do, and who had been notified. */
export async function restoreOutbox(
  { outbox, clock, holds }: EarlierRunSources,
  open: OpenAlerts,
  rules: AlertingRules,
): Promise<void> {
  const [now, wall] = [clock.now(), clock.wall()];
  const recent = new Map<AlertId, AlertRecord>();
  const take = (chunk: readonly AlertRecord[]): void => {
    for (const record of chunk) recent.set(record.alert.id, record);
  };
  for await (const chunk of outbox.openAlerts()) {
    if (!holds(chunk)) continue;
    for (const record of chunk) open.restore(record, momentOf(raisedAt(record.alert.id), now, wall));
    take(chunk);
  }
  // What was sent in the last hour, and not late, was raised since then.
  for await (const chunk of outbox.alerts({ from: earliestIdAt(instant(wall - HOUR - LATE)) })) take(chunk);
  for await (const chunk of outbox.toldLate(instant(wall - HOUR))) take(chunk);
  for await (const [newest] of outbox.alerts({})) {
    if (newest !== undefined) rules.ids.startAfter(newest.alert.id);
    break;
  }
  rules.resume([...recent.values()], await outbox.lastHold(), now, wall);
}

/** Deliveries to channels that are no longer configured become dead letters. @returns the record if it changes */
export function withoutLostChannels(
  record: AlertRecord,
  channels: ReadonlyMap<string, unknown>,
): readonly AlertRecord[] {
  const lost = record.deliveries.filter((delivery) => isOpen(delivery) && !channels.has(delivery.channel));
  if (lost.length === 0) return [];
  const lastError = 'the channel is not configured any more';
  return [
    lost.reduce((whole, delivery) => withDelivery(whole, { ...moved(delivery, 'dead'), lastError }), record),
  ];
}
