import type { HistoryRecord, HistoryStore } from '../../src/ports/history-store.js';
import { describeErasing } from './history-store/erasing.js';
import { describePruning } from './history-store/pruning.js';
import { describeRanges } from './history-store/ranges.js';
import { describeRecords } from './history-store/records.js';
import { describeRecovery } from './history-store/recovery.js';
import { describeRefusals } from './history-store/refusals.js';

/** A store that was just opened, on data of its own. */
export interface Subject {
  readonly store: HistoryStore;
  /** What a restart sees: a fresh store on the same data, opened after the other one was closed. */
  reopen(): Promise<HistoryStore>;
  /** Has a write refused, which reaches the disk all the same or does not, and then opens the store again. */
  refuse(records: readonly HistoryRecord[], outcome: 'stored' | 'lost'): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeSubject = () => Promise<Subject>;

/** What every `HistoryStore` promises, wherever it keeps its history. */
export function describeHistoryStore(name: string, make: MakeSubject): void {
  describe(`${name}, as a history store`, function () {
    this.timeout(60_000);
    describeRecords(make);
    describeRanges(make);
    describeRecovery(make);
    describeErasing(make);
    describePruning(make);
    describeRefusals(make);
  });
}
