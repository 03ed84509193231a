import type { EndedSession, Session } from '../../src/domain/session.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { HistoryRange, HistoryStore } from '../../src/ports/history-store.js';

/**
 * A user's sessions from wherever they are just now. Asked for in this order, a session on its way from one place to
 * the next is found twice rather than never.
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

  /** @param live the session that is going on, ending at its deadline */
  async *sessions(
    user: UserId,
    range: HistoryRange,
    live: Session | undefined,
  ): AsyncIterable<readonly Session[]> {
    const ended = this.#unstored(user);
    // What was going on when it was asked for may have ended since.
    const isLast = live !== undefined && !ended.some(({ onlineAt }) => onlineAt === live.onlineAt);
    const recent = isLast ? [...ended, live] : ended;
    // An end that was refused may be on disk all the same, so what is there counts only up to what is known better.
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
