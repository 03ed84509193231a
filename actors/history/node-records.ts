import type { AlertRecord } from '../../src/domain/alert.js';
import { assertNever } from '../../src/domain/assert-never.js';
import type { NodeStatus, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { NodeChangeEntry, StatusEntry } from './history.protocol.js';

/** What a change of a node stores. */
export function recordsOf(entry: NodeChangeEntry): HistoryRecord[] {
  switch (entry.kind) {
    case 'register':
      return [...registered(entry.registration, entry.status), pingUuids([entry.pingUuid, entry.node])];
    case 'change': {
      const { node, registration, status, pause, pingUuid, job, alerts } = entry;
      return [
        ...registered(registration, status),
        ...(pingUuid === undefined ? [] : [pingUuids([pingUuid.before, undefined], [pingUuid.after, node])]),
        ...(pause === undefined ? [] : [{ kind: 'paused', node, pause } as const]),
        ...acknowledgementsOf(entry.before, registration),
        ...(job === undefined ? [] : [{ kind: 'pinged', node, job: job.after } as const]),
        ...alerted(alerts),
      ];
    }
    case 'forget':
      return [
        { kind: 'forgotten', node: entry.node },
        pingUuids([entry.pingUuid, undefined]),
        ...alerted(entry.alerts),
      ];
    default:
      return assertNever(entry);
  }
}

/** Undoes a change that was refused. If the pause was not over after all, its record is replaced when it is. */
export function undoingRecordsOf(entry: NodeChangeEntry): HistoryRecord[] {
  switch (entry.kind) {
    case 'register':
      return [{ kind: 'forgotten', node: entry.node }, pingUuids([entry.pingUuid, undefined])];
    case 'change': {
      const { node, before, registration, pingUuid, job, alerts } = entry;
      return [
        { kind: 'registered', node: before },
        ...acknowledgementsOf(registration, before),
        ...(pingUuid === undefined ? [] : [pingUuids([pingUuid.after, undefined], [pingUuid.before, node])]),
        ...(job === undefined ? [] : [{ kind: 'pinged', node, job: job.before } as const]),
        ...alerted(alerts.map(cancelled)),
      ];
    }
    case 'forget':
      return [
        ...registered(entry.before, entry.status),
        pingUuids([entry.pingUuid, entry.node]),
        ...alerted(entry.alerts.map(cancelled)),
      ];
    default:
      return assertNever(entry);
  }
}

/** What a change of a node's acknowledgement adds to its past: its registration has only the last one. */
function acknowledgementsOf(before: Registration, after: Registration): HistoryRecord[] {
  const { name: node, acknowledged: acknowledgement } = after;
  const earlier = before.acknowledged;
  if (acknowledgement === earlier) return [];
  const isOther = earlier !== undefined && earlier.since !== acknowledgement?.since;
  // One of an earlier failure stays when the next failure is acknowledged.
  const isTakenBack = isOther && (acknowledgement === undefined || acknowledgement.since < earlier.since);
  return [
    ...(isTakenBack ? [{ kind: 'unacknowledged', node, since: earlier.since } as const] : []),
    ...(acknowledgement === undefined ? [] : [{ kind: 'acknowledged', node, acknowledgement } as const]),
  ];
}

function pingUuids(...uuids: readonly (readonly [string, NodeName | undefined])[]): HistoryRecord {
  return { kind: 'ping_uuids', uuids: uuids.map(([uuid, node]) => ({ uuid, node })) };
}

function registered(node: Registration, status: NodeStatus): HistoryRecord[] {
  return [
    { kind: 'registered', node },
    { kind: 'statuses', nodes: [{ name: node.name, status }] },
  ];
}

/** What a node's new status stores. */
export function recordsOfStatus({ node, flip, status, alerts, pinged }: StatusEntry): HistoryRecord[] {
  return [
    ...(flip === undefined ? [] : [{ kind: 'flip', flip } as const]),
    { kind: 'statuses', nodes: [{ name: node, status }] },
    ...(pinged === undefined ? [] : [{ kind: 'pinged', node, ...pinged } as const]),
    ...alerted(alerts),
  ];
}

function alerted(records: readonly AlertRecord[]): HistoryRecord[] {
  return records.length === 0 ? [] : [{ kind: 'alerts', records }];
}

/** The request of this alert was refused, so nobody is notified. */
function cancelled({ alert, deliveries }: AlertRecord): AlertRecord {
  return { alert, deliveries: deliveries.map((delivery) => ({ ...delivery, state: 'cancelled' })) };
}

/** What waits for a disk that is full has no bodies of pings: they would fill the memory. */
export function withoutPing(entry: StatusEntry): StatusEntry {
  if (entry.pinged?.ping === undefined) return entry;
  const { ping: _, ...pinged } = entry.pinged;
  return { ...entry, pinged };
}
