import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { EndedSession } from '../../src/domain/session.js';
import { instant, type Instant } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { ErrorCode } from '../../src/errors.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { Queued } from './backlog.js';
import { recordsOf, recordsOfStatus, undoingRecordsOf, withoutPing } from './node-records.js';
import { isOfRequest, recordsOfRequest, undoingRequest } from './request-records.js';
import type {
  StatusEntry,
  HistoryEntry,
  NodeChangeEntry,
  NodeSettlement,
  RequestEntry,
  RequestSettlement,
  Settlement,
} from './history.protocol.js';

/** What a group commit writes: a batch, and the replies to the requests in it. */
export interface Commit {
  readonly entries: readonly Queued[];
  readonly records: readonly HistoryRecord[];
  readonly settlements: readonly Settlement[];
  readonly nodes: readonly NodeSettlement[];
  readonly requests: readonly RequestSettlement[];
  /** No session ends later than this once the batch is written. */
  readonly latestEnd: number;
}

/**
 * Users who open a session no later than the latest stored end. Only their new session could overlap with their last
 * one.
 */
export function usersToLookUp(entries: readonly Queued[], latestEnd: number): UserId[] {
  let latest = latestEnd;
  const users: UserId[] = [];
  for (const entry of entries) {
    if (entry.kind === 'open' && entry.onlineAt <= latest) users.push(entry.user);
    if (entry.kind === 'end' || entry.kind === 'close') latest = Math.max(latest, entry.session.offlineAt);
  }
  return users;
}

/** @param last the last stored session of each user from `usersToLookUp` */
export function commitOf(
  entries: readonly Queued[],
  last: ReadonlyMap<UserId, EndedSession | undefined>,
  latestEnd: number,
): Commit {
  const previous = new Map(last);
  const records: HistoryRecord[] = [];
  const settlements: Settlement[] = [];
  const nodes: NodeSettlement[] = [];
  const requests: RequestSettlement[] = [];
  const resumed: Resume[] = [];
  let latest = latestEnd;
  for (const entry of entries) {
    switch (entry.kind) {
      case 'open': {
        const { shard, user } = entry;
        const onlineAt = notBefore(entry.onlineAt, previous.get(user));
        records.push({ kind: 'opened', user, onlineAt });
        settlements.push({ shard, user, stored: true, onlineAt });
        break;
      }
      case 'resume':
        resumed.push(entry);
        settlements.push(settled(entry));
        break;
      case 'end':
      case 'close': {
        const { user, session } = entry;
        records.push({ kind: 'ended', user, ...session });
        latest = Math.max(latest, session.offlineAt);
        if (previous.has(user)) previous.set(user, session);
        if (entry.kind === 'close') settlements.push(settled(entry));
        break;
      }
      case 'flush':
      case 'erase':
        settlements.push(settled(entry));
        break;
      case 'undo':
        records.push(entry.record);
        break;
      case 'watermark':
      case 'recovered':
      case 'healed':
      case 'blind':
      case 'alerts':
      case 'held':
      case 'silences':
      case 'overrides':
      case 'sign_ins':
      case 'statuses':
      case 'observed_time':
      case 'ping_secret':
      case 'ping_uuids':
      case 'uptime_days':
      case 'probe_results':
        records.push(entry);
        break;
      case 'silence':
      case 'override':
      case 'status_pages':
      case 'sign_in':
        records.push(...recordsOfRequest(entry));
        requests.push({ entry, stored: true });
        break;
      case 'register':
      case 'change':
      case 'forget':
        records.push(...recordsOf(entry));
        nodes.push({ shard: entry.shard, node: entry.node, stored: true });
        break;
      case 'status':
        records.push(...recordsOfStatus(entry));
        nodes.push(settledStatus(entry));
        break;
      case 'late':
        records.push(...recordsOfStatus(entry.entry));
        break;
      default:
        assertNever(entry);
    }
  }
  if (resumed[0] !== undefined) {
    const users = resumed.map(({ user }) => user);
    records.push({ kind: 'healed', generation: resumed[0].generation, users });
  }
  return { entries, records, settlements, nodes, requests, latestEnd: latest };
}

/** After a refused write: what to write once the disk takes writes again, and what to reply. */
export interface Refusal {
  readonly retry: readonly Queued[];
  readonly settlements: readonly Settlement[];
  readonly nodes: readonly NodeSettlement[];
  readonly requests: readonly RequestSettlement[];
}

/**
 * A refused batch may have reached the disk. What is refused to its caller must be undone there; what cannot be refused
 * is written again.
 */
export function refusalOf(commit: Commit, code: ErrorCode): Refusal {
  const { entries, settlements, nodes, requests } = commit;
  const retry = entries.flatMap((entry): Queued[] => {
    switch (entry.kind) {
      case 'open':
        return [{ kind: 'undo', record: { kind: 'unopened', user: entry.user } }];
      case 'close': {
        const { onlineAt, offlineAt } = entry.session;
        return [{ kind: 'undo', record: { kind: 'unended', user: entry.user, onlineAt, offlineAt } }];
      }
      case 'erase':
        if (entry.onlineAt === undefined) return [];
        return [{ kind: 'undo', record: { kind: 'opened', user: entry.user, onlineAt: entry.onlineAt } }];
      case 'flush':
        return [];
      case 'resume':
        return [healedBy(entry)];
      case 'end':
      case 'undo':
      case 'watermark':
      case 'recovered':
      case 'healed':
      case 'blind':
      case 'alerts':
      case 'held':
      case 'silences':
      case 'overrides':
      case 'sign_ins':
      case 'statuses':
      case 'observed_time':
      case 'ping_secret':
      case 'ping_uuids':
      case 'uptime_days':
      case 'probe_results':
      case 'late':
        return [entry];
      case 'silence':
      case 'override':
      case 'status_pages':
      case 'sign_in':
        return undoingRequest(entry).map((record) => ({ kind: 'undo', record }));
      case 'register':
      case 'change':
      case 'forget':
        return undoingRecordsOf(entry).map((record) => ({ kind: 'undo', record }));
      case 'status':
        return [{ kind: 'late', entry: withoutPing(entry) }];
      default:
        return assertNever(entry);
    }
  });
  return {
    retry,
    settlements: settlements.map(({ shard, user }) => ({ shard, user, stored: false, code })),
    nodes: nodes.map((settlement) =>
      'number' in settlement
        ? settlement
        : { shard: settlement.shard, node: settlement.node, stored: false, code },
    ),
    requests: requests.map(({ entry }) => ({ entry, stored: false, code })),
  };
}

/** The alerts among the records, as they were submitted. */
export function alertsIn(records: readonly HistoryRecord[]): readonly AlertRecord[] {
  return records.flatMap((record) => (record.kind === 'alerts' ? record.records : []));
}

/** The reply to a status once it is stored, or cannot be stored at present. */
export function settledStatus({ shard, node, number }: StatusEntry): NodeSettlement {
  return { shard, node, number };
}

type Resume = Extract<HistoryEntry, { readonly kind: 'resume' }>;

/** The record of a heal that continues without the disk. */
export function healedBy({ user, generation }: Resume): HistoryEntry {
  return { kind: 'healed', generation, users: [user] };
}

type Awaited = Extract<Queued, { readonly shard: number; readonly user: UserId }>;

/** Whether a request waits for the entry, so that it can be refused. */
export function isAwaited(entry: Queued): entry is Awaited | NodeChangeEntry | RequestEntry {
  return isOfRequest(entry) || ('shard' in entry && entry.kind !== 'status');
}

export function isOfNode(entry: Awaited | NodeChangeEntry): entry is NodeChangeEntry {
  return 'node' in entry;
}

function settled({ shard, user }: { shard: number; user: UserId }): Settlement {
  return { shard, user, stored: true, onlineAt: undefined };
}

/** The earliest beginning of a session: after the one before it, whatever the wall clock says. */
function notBefore(proposed: Instant, previous: EndedSession | undefined): Instant {
  if (previous === undefined) return proposed;
  return instant(Math.max(proposed, previous.offlineAt, previous.onlineAt + 1));
}
