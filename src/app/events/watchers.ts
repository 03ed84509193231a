import type { UserId } from '../../domain/user-id.js';

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

  of(user: UserId): Watcher | ReadonlySet<Watcher> | undefined {
    return this.#of.get(user);
  }
}
