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
  async *sessions(user: UserId, range: HistoryRange, live: Session | undefined): AsyncIterable<readonly Session[]> {
    const recent = [...this.#unstored(user), ...(live === undefined ? [] : [live])].filter((session) =>
      isWithin(session, range),
    );
    if (range.order === 'asc') yield* this.#oldestFirst(user, range, recent);
    else yield* this.#newestFirst(user, range, recent);
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    return this.#unstored(user).at(-1) ?? (await this.#store.lastSession(user));
  }

  async *#oldestFirst(user: UserId, range: HistoryRange, recent: Session[]): AsyncIterable<readonly Session[]> {
    let last = -Infinity;
    for await (const stored of this.#store.sessions(user, range)) {
      last = stored.at(-1)?.onlineAt ?? last;
      yield stored;
    }
    yield recent.filter(({ onlineAt }) => onlineAt > last);
  }

  async *#newestFirst(user: UserId, range: HistoryRange, recent: Session[]): AsyncIterable<readonly Session[]> {
    yield recent.toReversed();
    const first = recent[0]?.onlineAt ?? Infinity;
    for await (const stored of this.#store.sessions(user, range)) {
      yield stored.filter(({ onlineAt }) => onlineAt < first);
    }
  }
}

function isWithin({ onlineAt, offlineAt }: Session, { from, before, after, order }: HistoryRange): boolean {
  if (from !== undefined && offlineAt < from) return false;
  if (before !== undefined && onlineAt >= before) return false;
  if (after === undefined) return true;
  return order === 'asc' ? onlineAt > after : onlineAt < after;
}
