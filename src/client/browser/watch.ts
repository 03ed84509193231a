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

/** An iterator that is not read holds no more changes than this; then it is told everything at once. */
const MOST_WAITING = 1000;

/** Some users, as they come and go. */
export class Watch implements AsyncIterable<Change> {
  readonly ids: readonly string[];
  readonly #source: WatchSource;
  readonly #emitter: Emitter<WatchEvents>;
  /** What the listeners know. */
  readonly #told = new Roster();
  readonly #readers = new Set<Reader>();
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
  [Symbol.asyncIterator](): AsyncIterableIterator<Change> {
    const reader = new Reader(() => this.#readers.delete(reader));
    if (this.#isClosed) reader.close();
    else this.#readers.add(reader);
    return reader;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isStale = true;
    for (const reader of [...this.#readers]) reader.close();
    this.#source.closed(this);
  }

  /** @internal */
  heard(user: User): void {
    const change = this.#isClosed ? undefined : this.#told.set(user);
    if (change === undefined) return;
    this.#tell(change);
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
    this.#tell({ type: 'sync', users });
    this.#emitter.emit('sync', users);
  }

  #tell(change: Change): void {
    for (const reader of [...this.#readers]) {
      if (!reader.push(change)) reader.replace({ type: 'sync', users: this.list() });
    }
  }
}

/** One loop over the changes of a watch. */
class Reader implements AsyncIterableIterator<Change> {
  readonly #ended: () => void;
  #waiting: Change[] = [];
  #asking: ((result: IteratorResult<Change, undefined>) => void)[] = [];
  #isClosed = false;

  constructor(ended: () => void) {
    this.#ended = ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Change, undefined>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#asking.push(resolve));
  }

  return(): Promise<IteratorResult<Change, undefined>> {
    this.#waiting = [];
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** @returns whether there was room for it */
  push(change: Change): boolean {
    const resolve = this.#asking.shift();
    if (resolve !== undefined) resolve({ value: change, done: false });
    else if (this.#waiting.length >= MOST_WAITING) return false;
    else this.#waiting.push(change);
    return true;
  }

  replace(change: Change): void {
    this.#waiting = [change];
  }

  close(): void {
    this.#isClosed = true;
    for (const resolve of this.#asking) resolve({ value: undefined, done: true });
    this.#asking = [];
    this.#ended();
  }
}
