import type { ShownSession } from './shown-session.js';

/** Finds what is wrong in any history: it must be in order, and sessions must not overlap. */
export function malformations(stored: readonly ShownSession[]): string[] {
  const found: string[] = [];
  for (const [index, session] of stored.entries()) {
    const which = `session ${String(index + 1)} of ${String(stored.length)}`;
    if (session.offlineAt < session.onlineAt)
      found.push(`${which} ends at ${String(session.offlineAt)}, before it begins`);
    const previous = stored[index - 1];
    if (previous === undefined || session.onlineAt >= previous.offlineAt) continue;
    found.push(`${which}${faultAfter(previous, session)}`);
  }
  return found;
}

function faultAfter(previous: ShownSession, session: ShownSession): string {
  const { onlineAt, offlineAt } = session;
  if (onlineAt === previous.onlineAt && offlineAt === previous.offlineAt)
    return ' is the same as the one before it';
  if (onlineAt < previous.onlineAt) return ` begins at ${String(onlineAt)}, before the one ahead of it`;
  return ` begins at ${String(onlineAt)}, before the one ahead of it ends at ${String(previous.offlineAt)}`;
}
