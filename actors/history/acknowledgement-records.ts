import type { Registration } from '../../src/domain/node.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';

/** What a change of a node's acknowledgement adds to its past: its registration has only the last one. */
export function acknowledgementsOf(before: Registration, after: Registration): HistoryRecord[] {
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
