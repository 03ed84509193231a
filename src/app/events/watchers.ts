import type { UserId } from '../../domain/user-id.js';

/** Users of a watcher that are deleted in one pass of the event loop. */
const DELETED_AT_ONCE = 1000;

/** Who watches a user by name. One lookup finds that it is nobody. */
export class Watchers<Watcher extends object> {
  /** Most users are watched by one, who then needs no set. */
  readonly #of = new Map<UserId, Watcher | Set<Watcher>>();
  #size = 0;

  /** Pairs of a user and a watcher. */
  get size(): number {
    return this.#size;
  }

  add(user: UserId, watcher: Watcher): void {
    const present = this.#of.get(user);
    if (present === undefined) this.#of.set(user, watcher);
    else if (present instanceof Set) present.add(watcher);
    else this.#of.set(user, new Set([present, watcher]));
    this.#size++;
  }

  delete(user: UserId, watcher: Watcher): void {
    const present = this.#of.get(user);
    if (present === watcher) this.#of.delete(user);
    else if (present instanceof Set && present.delete(watcher)) {
      if (present.size === 0) this.#of.delete(user);
    } else return;
    this.#size--;
  }

  /**
   * In slices: 100,000 users take 50 ms, and many watchers may go at once.
   *
   * @param turn resolves in a later pass of the event loop
   */
  async deleteAll(users: Iterable<UserId>, watcher: Watcher, turn: () => Promise<void>): Promise<void> {
    let deleted = 0;
    for (const user of users) {
      this.delete(user, watcher);
      if (++deleted % DELETED_AT_ONCE === 0) await turn();
    }
  }

  of(user: UserId): Watcher | ReadonlySet<Watcher> | undefined {
    return this.#of.get(user);
  }
}
