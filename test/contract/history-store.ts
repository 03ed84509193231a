import { describeAlerts } from './history-store/alerts.js';
import { describeErasing } from './history-store/erasing.js';
import { describeStatusPages } from './history-store/status-pages.js';
import { describeNodes } from './history-store/nodes.js';
import { describeProbeResults } from './history-store/probe-results.js';
import { describePruning } from './history-store/pruning.js';
import { describeRanges } from './history-store/ranges.js';
import { describeRecords } from './history-store/records.js';
import { describeRecovery } from './history-store/recovery.js';
import { describeRefusals } from './history-store/refusals.js';
import { describePings } from './history-store/pings.js';
import { describeOverrides } from './history-store/overrides.js';
import { describeSignIns } from './history-store/sign-ins.js';
import { describeSilences } from './history-store/silences.js';
import { describeUptimeDays } from './history-store/uptime-days.js';
import type { MakeSubject } from './history-store/subject.js';

/** The promises of every `HistoryStore`. */
export function describeHistoryStore(name: string, make: MakeSubject): void {
  describe(`${name}, as a history store`, () => {
    describeRecords(make);
    describeRanges(make);
    describeRecovery(make);
    describeErasing(make);
    describePruning(make);
    describeRefusals(make);
    describeNodes(make);
    describeAlerts(make);
    describeSilences(make);
    describeStatusPages(make);
    describeOverrides(make);
    describeSignIns(make);
    describePings(make);
    describeUptimeDays(make);
    describeProbeResults(make);
  });
}
