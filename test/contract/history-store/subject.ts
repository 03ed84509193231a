import type { HistoryRecord } from '../../../src/ports/history-store.js';
import type { StoredData } from '../../support/with-store.js';

/** A store that was just opened, on data of its own. */
export interface Subject extends StoredData {
  /** Has a write refused, whether it reaches the disk or not, and then opens the store again. */
  refuse(records: readonly HistoryRecord[], outcome: 'stored' | 'lost'): Promise<void>;
}

export type MakeSubject = () => Promise<Subject>;
