import type { EndedSession, Session } from '../../src/domain/session.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { HistoryRange, HistoryStore } from '../../src/ports/history-store.js';

/**
 * Reads a user's sessions from all places. In this order of reading, a session that moves from one place to the next is
 * found twice rather than never.
 */
export class HistoryReader {
  readonly #store: Pick<HistoryStore, 'sessions' | 'lastSession'>;
  readonly #unstored: (user: UserId) => readonly EndedSession[];

  constructor(
    store: Pick<HistoryStore, 'sessions' | 'lastSession'>,
    unstored: (user: UserId) => readonly EndedSession[],
  ) {
    this.#store = store;
    this.#unstored = unstored;
  }

  /** @param live the current session, ending at its deadline */
  async *sessions(
    user: UserId,
    range: HistoryRange,
    live: Session | undefined,
  ): AsyncIterable<readonly Session[]> {
    const ended = this.#unstored(user);
    // The current session may have ended since it was asked for.
    const isLast = live !== undefined && !ended.some(({ onlineAt }) => onlineAt === live.onlineAt);
    const recent = isLast ? [...ended, live] : ended;
    // An end that was refused may be on disk anyway. What is on disk counts only up to what memory knows better.
    const first = recent[0]?.onlineAt ?? Infinity;
    const unstored = recent.filter((session) => isWithin(session, range));
    if (range.order === 'desc') yield unstored.toReversed();
    for await (const stored of this.#store.sessions(user, range)) {
      yield stored.filter(({ onlineAt }) => onlineAt < first);
    }
    if (range.order === 'asc') yield unstored;
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    return this.#unstored(user).at(-1) ?? (await this.#store.lastSession(user));
  }
}

function isWithin({ onlineAt, offlineAt }: Session, { from, before, after, order }: HistoryRange): boolean {
  if (from !== undefined && offlineAt < from) return false;
  if (before !== undefined && onlineAt >= before) return false;
  if (after === undefined) return true;
  return order === 'asc' ? onlineAt > after : onlineAt < after;
}
