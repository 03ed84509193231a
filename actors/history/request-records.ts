import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { Queued } from './backlog.js';
import type { RequestEntry, StatusPagesEntry } from './history.protocol.js';

const KINDS: ReadonlySet<string> = new Set<RequestEntry['kind']>([
  'silence',
  'override',
  'status_pages',
  'sign_in',
]);

export function isOfRequest(entry: Queued): entry is RequestEntry {
  return KINDS.has(entry.kind);
}

export function recordsOfRequest(entry: RequestEntry): readonly HistoryRecord[] {
  switch (entry.kind) {
    case 'silence':
      return [{ kind: 'silences', silences: [entry.silence], forgotten: [] }];
    case 'override':
      return [{ kind: 'overrides', overrides: [entry.override], forgotten: [] }];
    case 'status_pages':
      return [
        ...(entry.page === undefined ? [] : [pageRecord(entry.page.slug, entry.page.after)]),
        incidentsRecord(entry.incidents.before, entry.incidents.after),
      ];
    case 'sign_in':
      return entry.signIn === undefined
        ? [{ kind: 'sign_ins', signIns: [], forgotten: [entry.hash] }]
        : [{ kind: 'sign_ins', signIns: [entry.signIn], forgotten: [] }];
  }
}

/** Put back what was there before. Of a sign-in nothing was, and a sign-out is made all the same. */
export function undoingRequest(entry: RequestEntry): readonly HistoryRecord[] {
  switch (entry.kind) {
    case 'silence':
      return entry.before === undefined
        ? [{ kind: 'silences', silences: [], forgotten: [entry.silence.id] }]
        : [{ kind: 'silences', silences: [entry.before], forgotten: [] }];
    case 'override':
      return entry.before === undefined
        ? [{ kind: 'overrides', overrides: [], forgotten: [entry.override.id] }]
        : [{ kind: 'overrides', overrides: [entry.before], forgotten: [] }];
    case 'status_pages':
      return [
        ...(entry.page === undefined ? [] : [pageRecord(entry.page.slug, entry.page.before)]),
        incidentsRecord(entry.incidents.after, entry.incidents.before),
      ];
    case 'sign_in':
      return [{ kind: 'sign_ins', signIns: [], forgotten: [entry.hash] }];
  }
}

type Page = NonNullable<StatusPagesEntry['page']>;
type Incidents = StatusPagesEntry['incidents']['after'];

/** @param page as it is to be on disk; undefined removes it */
function pageRecord(slug: string, page: Page['after']): HistoryRecord {
  return page === undefined
    ? { kind: 'status_pages', pages: [], forgotten: [slug] }
    : { kind: 'status_pages', pages: [page], forgotten: [] };
}

function incidentsRecord(before: Incidents, after: Incidents): HistoryRecord {
  const stay = new Set(after.map(({ id }) => id));
  const forgotten = before.flatMap(({ id }) => (stay.has(id) ? [] : [id]));
  return { kind: 'incidents', incidents: after, forgotten };
}
