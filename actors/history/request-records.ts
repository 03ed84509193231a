import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { Queued } from './backlog.js';
import type { RequestEntry } from './history.protocol.js';

const KINDS: ReadonlySet<string> = new Set<RequestEntry['kind']>([
  'silence',
  'override',
  'incidents',
  'sign_in',
]);

export function isOfRequest(entry: Queued): entry is RequestEntry {
  return KINDS.has(entry.kind);
}

export function recordOfRequest(entry: RequestEntry): HistoryRecord {
  switch (entry.kind) {
    case 'silence':
      return { kind: 'silences', silences: [entry.silence], forgotten: [] };
    case 'override':
      return { kind: 'overrides', overrides: [entry.override], forgotten: [] };
    case 'incidents':
      return incidentsRecord(entry.before, entry.after);
    case 'sign_in':
      return entry.signIn === undefined
        ? { kind: 'sign_ins', signIns: [], forgotten: [entry.hash] }
        : { kind: 'sign_ins', signIns: [entry.signIn], forgotten: [] };
  }
}

/** Puts back what was there before. Of a sign-in nothing was, and a sign-out is made all the same. */
export function undoingRequest(entry: RequestEntry): HistoryRecord {
  switch (entry.kind) {
    case 'silence':
      return entry.before === undefined
        ? { kind: 'silences', silences: [], forgotten: [entry.silence.id] }
        : { kind: 'silences', silences: [entry.before], forgotten: [] };
    case 'override':
      return entry.before === undefined
        ? { kind: 'overrides', overrides: [], forgotten: [entry.override.id] }
        : { kind: 'overrides', overrides: [entry.before], forgotten: [] };
    case 'incidents':
      return incidentsRecord(entry.after, entry.before);
    case 'sign_in':
      return { kind: 'sign_ins', signIns: [], forgotten: [entry.hash] };
  }
}

type Incidents = Extract<RequestEntry, { kind: 'incidents' }>['after'];

function incidentsRecord(before: Incidents, after: Incidents): HistoryRecord {
  const stay = new Set(after.map(({ id }) => id));
  const forgotten = before.flatMap(({ id }) => (stay.has(id) ? [] : [id]));
  return { kind: 'incidents', incidents: after, forgotten };
}
