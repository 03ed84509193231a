import { createEmitter } from './emitter.js';
import type { Environment } from './environment.js';
import { MOST_WAITING } from './limits.js';
import type { Change, User, UserId } from './types.js';

export interface WatchEvents {
  /** All of them are known, for the first time or again. */
  sync: [users: readonly User[]];
  join: [user: User];
  leave: [user: User];
  update: [user: User];
}

/** Some users, as they come and go. As a loop: the changes from now on. */
export interface Watch extends AsyncIterable<Change> {
  readonly ids: readonly string[];
  /** Whether what it shows may be out of date: it is not connected, or not all users are known yet. */
  readonly stale: boolean;
  /** Those who are online. */
  list(): User[];
  /** @returns undefined as long as nothing is known of this user, and for one who is not watched */
  get(id: UserId): User | undefined;
  /** @returns stops listening */
  on<Name extends keyof WatchEvents>(name: Name, listener: (...given: WatchEvents[Name]) => void): () => void;
  close(): void;
  [Symbol.asyncIterator](): AsyncGenerator<Change, void>;
}

/** What is known of a user. */
export interface WatchedUser {
  /** Undefined as long as nothing is known. */
  user?: User;
  /** Whether every change is heard of. */
  isFresh: boolean;
}

/** A watch, with what the client needs of it. */
export interface OpenWatch {
  readonly watch: Watch;
  /** Compares what is known now with what was emitted, and emits the differences. */
  look(): void;
}

/** The changes that a loop has not read yet. */
interface Queue {
  changes: Change[];
  /** Lets the loop go on that waits for one. */
  wake?: () => void;
}

/** @param known of all users that any watch has */
export function createWatch(
  env: Pick<Environment, 'report'>,
  ids: readonly string[],
  known: ReadonlyMap<string, WatchedUser>,
  closed: () => void,
): OpenWatch {
  const { on, emit } = createEmitter<WatchEvents>(env);
  /** The users as they were emitted last. */
  const emitted = new Map<string, User>();
  const watched = new Set(ids);
  const queues = new Set<Queue>();
  /** Whether the listeners know that all users are known. */
  let isSynced = false;
  let isClosed = false;

  function enqueue(change: Change): void {
    for (const queue of queues) {
      if (queue.changes.push(change) > MOST_WAITING) queue.changes = [{ type: 'sync', users: watch.list() }];
      queue.wake?.();
    }
  }

  async function* read(queue: Queue): AsyncGenerator<Change, void> {
    try {
      for (;;) {
        const change = queue.changes.shift();
        if (change) yield change;
        else if (isClosed) return;
        else await new Promise<void>((resolve) => (queue.wake = resolve));
      }
    } finally {
      queues.delete(queue);
    }
  }

  function emitChange(user: User | undefined): void {
    const before = user && emitted.get(user.id);
    if (!user || user === before || isClosed) return;
    emitted.set(user.id, user);
    const type = changeOf(before, user);
    if (!type) return;
    enqueue({ type, user });
    emit(type, user);
  }

  const watch: Watch = {
    ids,
    get stale() {
      return isClosed || !ids.every((id) => known.get(id)?.isFresh);
    },
    list: () => ids.flatMap((id) => known.get(id)?.user ?? []).filter(isOnline),
    get: (id) => (watched.has(String(id)) ? known.get(String(id))?.user : undefined),
    on,
    close() {
      if (isClosed) return;
      isClosed = true;
      for (const { wake } of queues) wake?.();
      closed();
    },
    [Symbol.asyncIterator]() {
      const queue: Queue = { changes: [] };
      queues.add(queue);
      return read(queue);
    },
  };

  return {
    watch,
    look() {
      for (const id of ids) emitChange(known.get(id)?.user);
      const wasSynced = isSynced;
      isSynced = !watch.stale;
      if (!isSynced || wasSynced) return;
      const users = watch.list();
      enqueue({ type: 'sync', users });
      emit('sync', users);
    },
  };
}

function isOnline(user: User | undefined): boolean {
  return user?.status === 'online';
}

/** @returns undefined if nothing is different, and for a new user who is offline */
function changeOf(before: User | undefined, user: User): 'join' | 'leave' | 'update' | undefined {
  if (isOnline(user) !== isOnline(before)) return isOnline(user) ? 'join' : 'leave';
  return before && JSON.stringify(before.devices) !== JSON.stringify(user.devices) ? 'update' : undefined;
}
