import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { StoredData } from '../../support/with-store.js';

/** A store that was just opened, on data of its own. */
export interface Subject extends StoredData {
  /** Makes a write fail, before or after it reaches the disk, and then reopens the store. */
  refuse(records: readonly HistoryRecord[], outcome: 'stored' | 'lost'): Promise<void>;
}

export type MakeSubject = () => Promise<Subject>;
