import type { EndedSession, OpenSession } from '../../domain/session.js';
import type { Instant } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { HistoryRange } from '../../ports/history-store.js';

type SessionRecord = Extract<
  HistoryRecord,
  { readonly kind: 'opened' | 'unopened' | 'ended' | 'unended' | 'healed' }
>;

interface Healed {
  readonly generation: number;
  readonly users: readonly UserId[];
}

/** The sessions of all users, and the heals that went on without the disk. */
export class MemorySessions {
  readonly #ended = new Map<UserId, Map<Instant, EndedSession>>();
  readonly #open = new Map<UserId, OpenSession>();
  #healed: Healed[] = [];
  #latestEnd: Instant | undefined;

  /** The latest end of a session that was ever stored. */
  get latestEnd(): Instant | undefined {
    return this.#latestEnd;
  }

  /** @param generation of the present recovery, which an opened session belongs to */
  apply(record: SessionRecord, generation: number): void {
    const { kind } = record;
    if (kind === 'healed') {
      this.#healed.push({ generation: record.generation, users: record.users });
      this.#healed.sort((a, b) => a.generation - b.generation);
      return;
    }
    const { user } = record;
    if (kind === 'ended') {
      const { onlineAt, offlineAt, lastSeen } = record;
      this.#sessionsOf(user).set(onlineAt, { onlineAt, offlineAt, lastSeen });
      if (this.#latestEnd === undefined || offlineAt > this.#latestEnd) this.#latestEnd = offlineAt;
    }
    if (kind === 'unended') this.#ended.get(user)?.delete(record.onlineAt);
    if (kind === 'opened' || kind === 'unended')
      this.#open.set(user, { user, onlineAt: record.onlineAt, generation });
    else this.#open.delete(user);
  }

  /** A recovery has found everybody. */
  forgetHealed(): void {
    this.#healed = [];
  }

  #sessionsOf(user: UserId): Map<Instant, EndedSession> {
    const sessions = this.#ended.get(user) ?? new Map<Instant, EndedSession>();
    this.#ended.set(user, sessions);
    return sessions;
  }

  get open(): readonly OpenSession[] {
    return [...this.#open.values()];
  }

  get healed(): readonly Healed[] {
    return this.#healed;
  }

  last(user: UserId): EndedSession | undefined {
    return this.#sorted(user).at(-1);
  }

  within(user: UserId, range: HistoryRange): EndedSession[] {
    const { from = -Infinity, before = Infinity, after, order } = range;
    const found = this.#sorted(user).filter(({ onlineAt, offlineAt }) => {
      if (offlineAt < from || onlineAt >= before) return false;
      if (after === undefined) return true;
      return order === 'asc' ? onlineAt > after : onlineAt < after;
    });
    return order === 'desc' ? found.reverse() : found;
  }

  #sorted(user: UserId): EndedSession[] {
    return [...(this.#ended.get(user)?.values() ?? [])].sort((a, b) => a.onlineAt - b.onlineAt);
  }

  erase(user: UserId): void {
    this.#ended.delete(user);
    this.#open.delete(user);
    this.#healed = this.#healed.map(({ generation, users }) => ({
      generation,
      users: users.filter((other) => other !== user),
    }));
  }

  /** @returns how many were removed */
  prune(before: Instant, limit: number): number {
    const old = [...this.#ended.values()]
      .flatMap((sessions) => [...sessions.values()].map((session) => ({ sessions, session })))
      .filter(({ session }) => session.offlineAt < before)
      .sort((a, b) => a.session.offlineAt - b.session.offlineAt)
      .slice(0, limit);
    for (const { sessions, session } of old) sessions.delete(session.onlineAt);
    return old.length;
  }

  count(): number {
    let count = 0;
    for (const sessions of this.#ended.values()) count += sessions.size;
    return count;
  }
}
