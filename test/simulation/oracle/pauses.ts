import type { Ledger, NodeChange } from '../world/ledger.js';

/** The end of a pause that ended by itself, as a request that ends it. */
export type PauseEnd = NodeChange & { readonly kind: 'resume' };

/** The ends of pauses that nobody else changed, if the wall clock was not set meanwhile. */
export function pauseEndsIn(ledger: Ledger, events: readonly NodeChange[]): readonly PauseEnd[] {
  return events
    .flatMap((event, index): PauseEnd[] => {
      const { kind, until, answer, lead, at } = event;
      if (kind !== 'pause' || until === undefined || answer !== 'done') return [];
      const end = until - lead;
      const isChanged = events
        .slice(index + 1)
        .some((other) => other.at <= end && (other.kind === 'pause' || other.kind === 'resume'));
      if (isChanged || ledger.hasJumped(at, end)) return [];
      return [{ ...event, kind: 'resume', at: end, earliest: end }];
    })
    .sort((a, b) => a.at - b.at);
}

/** Whether the node was certainly paused at a moment: a paused node is never late, and never fails by silence. */
export function isPausedAt(ledger: Ledger, events: readonly NodeChange[], moment: number): boolean {
  const last = events.findLast(({ kind, earliest }) => isOfPause(kind) && earliest <= moment);
  if (last?.kind !== 'pause' || last.answer !== 'done') return false;
  const { answeredAt = Infinity, at, until = Infinity, lead } = last;
  return answeredAt < moment && moment < until - lead && !ledger.hasJumped(at, moment);
}

function isOfPause(kind: NodeChange['kind']): boolean {
  return kind === 'pause' || kind === 'resume';
}
