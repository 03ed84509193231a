import { Emitter } from './emitter.js';
import { Roster } from './roster.js';
import type { Change, User } from './types.js';

export interface WatchEvents {
  /** All of them are known, for the first time or again. */
  sync: [users: readonly User[]];
  join: [user: User];
  leave: [user: User];
  update: [user: User];
}

/** What a watch reads and ends with. */
export interface WatchSource {
  get(id: string): User | undefined;
  isFresh(id: string): boolean;
  report(error: unknown): void;
  closed(watch: Watch): void;
}

/** An iterator that is not read holds no more changes than this; beyond that, one `sync` replaces them. */
const MOST_WAITING = 1000;

/** The changes that a loop has not read yet. */
interface Queue {
  changes: Change[];
  /** Lets the loop go on that waits for one. */
  wake?: () => void;
}

/** Some users, as they come and go. */
export class Watch implements AsyncIterable<Change> {
  readonly ids: readonly string[];
  readonly #source: WatchSource;
  readonly #emitter: Emitter<WatchEvents>;
  /** What the listeners know. */
  readonly #roster = new Roster();
  readonly #queues = new Set<Queue>();
  #isStale = true;
  #isClosed = false;

  /** @internal */
  constructor(ids: readonly string[], source: WatchSource) {
    this.ids = ids;
    this.#source = source;
    this.#emitter = new Emitter((error) => source.report(error));
  }

  /** Whether what it shows may be out of date: it is not connected, or not all users are known yet. */
  get stale(): boolean {
    return this.#isStale;
  }

  /** Those who are online. */
  list(): User[] {
    const known = this.ids.map((id) => this.#source.get(id)).filter((user) => user !== undefined);
    return known.filter(({ status }) => status === 'online');
  }

  /** @returns undefined as long as nothing is known of this user, and for one who is not watched */
  get(id: string | number | bigint): User | undefined {
    return this.ids.includes(String(id)) ? this.#source.get(String(id)) : undefined;
  }

  /** @returns stops listening */
  on<Name extends keyof WatchEvents>(
    name: Name,
    listener: (...given: WatchEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(name, listener);
  }

  /** The changes from now on. */
  [Symbol.asyncIterator](): AsyncGenerator<Change, void> {
    const queue: Queue = { changes: [] };
    this.#queues.add(queue);
    return this.#read(queue);
  }

  async *#read(queue: Queue): AsyncGenerator<Change, void> {
    try {
      for (;;) {
        const change = queue.changes.shift();
        if (change !== undefined) yield change;
        else if (this.#isClosed) return;
        else await new Promise<void>((resolve) => (queue.wake = resolve));
      }
    } finally {
      this.#queues.delete(queue);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isStale = true;
    for (const { wake } of this.#queues) wake?.();
    this.#source.closed(this);
  }

  /** @internal */
  heard(user: User): void {
    const change = this.#isClosed ? undefined : this.#roster.set(user);
    if (change === undefined) return;
    this.#enqueue(change);
    this.#emitter.emit(change.type, change.user);
  }

  /** @internal What is known of its users is complete, or is not any more. */
  looked(): void {
    if (this.#isClosed) return;
    const isStale = !this.ids.every((id) => this.#source.isFresh(id));
    if (isStale === this.#isStale) return;
    this.#isStale = isStale;
    if (isStale) return;
    const users = this.list();
    this.#enqueue({ type: 'sync', users });
    this.#emitter.emit('sync', users);
  }

  #enqueue(change: Change): void {
    for (const queue of this.#queues) {
      if (queue.changes.push(change) > MOST_WAITING) queue.changes = [{ type: 'sync', users: this.list() }];
      queue.wake?.();
    }
  }
}
