import { earliestIdAt, parseAlertId, raisedAt, type AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertId, AlertRecord, CountedAlert } from '../../../src/domain/alert.js';
import { LATE } from '../../../src/domain/late-notification.js';
import { instant, type Millis, momentOf } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { Outbox } from '../../../src/ports/outbox.js';
import type { HoldQueue } from '../grouping/hold-queue.js';
import type { Flapping } from '../rules/flapping.js';
import type { MassFailure } from '../rules/mass-failure.js';
import type { OngoingFailures } from '../rules/ongoing-failures.js';
import type { UnnotifiedChannels } from '../rules/unnotified-channels.js';
import type { OverrideTable } from '../overrides/override-table.js';
import type { Maintenance } from '../silences/maintenance.js';
import type { SilenceTable } from '../silences/silence-table.js';
import type { Deliveries } from './deliveries.js';
import type { OpenAlerts } from './open-alerts.js';

const HOUR: Millis = 3_600_000;

export interface RestoreDeps {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether memory has room for these. */
  holds(records: readonly AlertRecord[]): boolean;
  readonly channels: ReadonlyMap<string, unknown>;
  readonly open: OpenAlerts;
  readonly ids: AlertIds;
  readonly flapping: Flapping;
  readonly massFailure: MassFailure;
  readonly holdQueue: HoldQueue;
  readonly ongoingFailures: OngoingFailures;
  readonly deliveries: Deliveries;
  readonly unnotified: UnnotifiedChannels;
  readonly silences: SilenceTable;
  readonly overrides: OverrideTable;
  readonly maintenance: Pick<Maintenance, 'look'>;
}

/** Restores what an earlier run left to do, and who had been notified. */
export async function restoreOutbox(deps: RestoreDeps): Promise<void> {
  const { outbox, clock, logger, open, ids } = deps;
  const [now, wall] = [clock.now(), clock.wall()];
  const recent = new Map<AlertId, CountedAlert>();
  const take = (chunk: readonly CountedAlert[]): void => {
    for (const record of chunk) recent.set(record.alert.id, record);
  };
  // Before everything that they may hold.
  for await (const chunk of outbox.silences()) for (const silence of chunk) deps.silences.put(silence);
  for await (const chunk of outbox.overrides())
    for (const each of chunk) {
      deps.overrides.put(each);
      // The one that is made last has the highest id, whatever the wall clock says.
      const id = parseAlertId(each.id);
      if (id !== undefined) ids.startAfter(id);
    }
  for await (const chunk of outbox.openAlerts()) {
    if (!deps.holds(chunk)) continue;
    for (const record of chunk) open.restore(record, momentOf(raisedAt(record.alert.id), now, wall));
    take(chunk);
  }
  // What was sent in the last hour, and not late, was raised since then.
  for await (const chunk of outbox.counted(earliestIdAt(instant(wall - HOUR - LATE)))) take(chunk);
  for await (const chunk of outbox.notifiedLate(instant(wall - HOUR))) take(chunk);
  for await (const [newest] of outbox.alerts({})) {
    if (newest !== undefined) ids.startAfter(newest.alert.id);
    break;
  }
  // Behind the ids of earlier runs, and before anything is delivered.
  deps.maintenance.look();
  for await (const chunk of outbox.unnotified()) deps.unnotified.restore(chunk);
  const lastHold = await outbox.lastHold();
  const records = [...recent.values()];
  for (const { node, at, messages } of deps.flapping.resume(records, now, wall))
    open.nodeDeleted(node, messages, at);
  deps.massFailure.resume(records, lastHold, open.heldTogether.size > 0, now, wall);
  deps.holdQueue.resume();
  deps.ongoingFailures.resume(clock.now());
  deps.flapping.keepOnly(deps.channels);
  deps.deliveries.endLost();
  if (open.size > 0) logger.info('undelivered alerts restored', { alerts: open.size });
}
