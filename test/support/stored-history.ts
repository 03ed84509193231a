import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import type { HistoryRecord } from '../../src/ports/history-store.js';
import type { ShownSession } from './calls.js';
import { user as userId } from './simulated-app.js';
import type { Session } from './history-comparison.js';

/** Everything in a data directory that no daemon owns just now. */
export interface StoredHistory {
  /** By user; every user who was asked for is there. */
  readonly sessions: ReadonlyMap<string, readonly Session[]>;
  /** Users who have a session without an end. */
  readonly open: readonly string[];
  /** Ended sessions of all users, as the store counts them. */
  readonly count: number;
}

export async function readHistory(dataDirectory: string, users: Iterable<string>): Promise<StoredHistory> {
  return withStore(dataDirectory, async (store) => {
    const sessions = new Map<string, Session[]>();
    for (const user of users) {
      const found: Session[] = [];
      for await (const chunk of store.sessions(userId(user), { order: 'asc' })) found.push(...chunk);
      sessions.set(user, found);
    }
    const open: string[] = [];
    for await (const chunk of store.openSessions()) open.push(...chunk.map(({ user }) => user));
    return { sessions, open, count: store.countSessions() };
  });
}

/** Writes as a daemon would have. */
export async function writeHistory(dataDirectory: string, records: readonly HistoryRecord[]): Promise<void> {
  const most = 10_000;
  await withStore(dataDirectory, async (store) => {
    for (let first = 0; first < records.length; first += most)
      await store.write(records.slice(first, first + most));
  });
}

/** A session as people are shown it. */
export function inSeconds({ onlineAt, offlineAt }: Session): ShownSession {
  return { online_at: Math.floor(onlineAt / 1000), offline_at: Math.floor(offlineAt / 1000) };
}

async function withStore<Result>(
  dataDirectory: string,
  work: (store: LevelHistoryStore) => Promise<Result>,
): Promise<Result> {
  const store = new LevelHistoryStore(dataDirectory);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
