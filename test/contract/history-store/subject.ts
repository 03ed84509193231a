import type { HistoryRecord, HistoryStore } from '../../../src/ports/history-store.js';

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
