import { instant, unixSeconds, type Instant } from '../domain/time.js';
import type { Daemon } from '../http/daemon.js';
import { askUser, userIdOf, type UserIdLike } from './asking.js';

/** A session in Unix seconds; one that goes on ends at its deadline. */
export interface UserSession {
  readonly online_at: number;
  readonly offline_at: number;
}

export interface SessionsRange {
  /** Only sessions that end at or after this. */
  readonly from?: Date;
  /** Only sessions that begin before this. */
  readonly before?: Date;
  /** Oldest first if not given. */
  readonly order?: 'asc' | 'desc';
}

/** Users who are held online by heals. What each call means is in docs/api.md, by the same name. */
export class Users {
  readonly #daemon: () => Promise<Daemon>;

  constructor(daemon: () => Promise<Daemon>) {
    this.#daemon = daemon;
  }

  /** Resolves once a session that it opens is stored. */
  async heal(user: UserIdLike): Promise<'online'> {
    await askUser(await this.#daemon(), 'heal', userIdOf(user));
    return 'online';
  }

  async goodbye(user: UserIdLike): Promise<'offline'> {
    await askUser(await this.#daemon(), 'goodbye', userIdOf(user));
    return 'offline';
  }

  async checkup(user: UserIdLike): Promise<'online' | 'offline'> {
    const reply = await askUser(await this.#daemon(), 'checkup', userIdOf(user));
    return reply.kind === 'online' ? 'online' : 'offline';
  }

  /** The sessions one by one; what is not asked for is not read. */
  async *heartRhythm(user: UserIdLike, range: SessionsRange = {}): AsyncGenerator<UserSession> {
    const id = userIdOf(user);
    const daemon = await this.#daemon();
    const { from, before, order = 'asc' } = range;
    const within = { from: instantOf(from), before: instantOf(before), order };
    for await (const chunk of daemon.history(id, within)) {
      for (const { onlineAt, offlineAt } of chunk)
        yield { online_at: unixSeconds(onlineAt), offline_at: unixSeconds(offlineAt) };
    }
  }

  /** Removes all that is stored of the user, for good. */
  async erase(user: UserIdLike): Promise<void> {
    await askUser(await this.#daemon(), 'erase', userIdOf(user));
  }
}

function instantOf(date: Date | undefined): Instant | undefined {
  return date === undefined ? undefined : instant(date.getTime());
}
