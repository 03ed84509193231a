import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { Queued } from './backlog.js';
import type { OperatorEntry } from './history.protocol.js';

export function isOfOperator(entry: Queued): entry is OperatorEntry {
  return entry.kind === 'silence' || entry.kind === 'override';
}

export function recordOfOperator(entry: OperatorEntry): HistoryRecord {
  return entry.kind === 'silence'
    ? { kind: 'silences', silences: [entry.silence], forgotten: [] }
    : { kind: 'overrides', overrides: [entry.override], forgotten: [] };
}

/** Puts back what was there before. */
export function undoingOperator(entry: OperatorEntry): HistoryRecord {
  if (entry.kind === 'silence')
    return entry.before === undefined
      ? { kind: 'silences', silences: [], forgotten: [entry.silence.id] }
      : { kind: 'silences', silences: [entry.before], forgotten: [] };
  return entry.before === undefined
    ? { kind: 'overrides', overrides: [], forgotten: [entry.override.id] }
    : { kind: 'overrides', overrides: [entry.before], forgotten: [] };
}
