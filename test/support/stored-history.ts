import type { HistoryRecord, HistoryStore } from '../../src/ports/history-store.js';
import type { ShownSession } from './calls.js';
import { isIn, PARTITION_IDS } from './partitions.js';
import { user as userId } from './simulated-app.js';
import { storesIn } from './store-under-test.js';
import type { Session } from './history-comparison.js';

/** The content of a data directory that no daemon uses. */
export interface StoredHistory {
  /** By user, with every requested user. */
  readonly sessions: ReadonlyMap<string, readonly Session[]>;
  /** Users with an open session. */
  readonly open: readonly string[];
  /** The store's count of ended sessions. */
  readonly count: number;
}

export async function readHistory(dataDirectory: string, users: Iterable<string>): Promise<StoredHistory> {
  const asked = [...users];
  const sessions = new Map<string, readonly Session[]>();
  const open: string[] = [];
  let count = 0;
  for (const partition of PARTITION_IDS) {
    await withStore(dataDirectory, partition, async (store) => {
      for (const user of asked) {
        if (!isIn(partition, userId(user))) continue;
        const found: Session[] = [];
        for await (const chunk of store.sessions(userId(user), { order: 'asc' })) found.push(...chunk);
        sessions.set(user, found);
      }
      for await (const chunk of store.openSessions()) open.push(...chunk.map(({ user }) => user));
      count += store.countSessions();
    });
  }
  return { sessions, open, count };
}

/** Writes records as a daemon does. */
export async function writeHistory(dataDirectory: string, records: readonly HistoryRecord[]): Promise<void> {
  const most = 10_000;
  for (const partition of PARTITION_IDS) {
    const own = records.filter((record) => !('user' in record) || isIn(partition, record.user));
    await withStore(dataDirectory, partition, async (store) => {
      for (let first = 0; first < own.length; first += most)
        await store.write(own.slice(first, first + most));
    });
  }
}

/** A session as responses show it. */
export function inSeconds({ onlineAt, offlineAt }: Session): ShownSession {
  return { online_at: Math.floor(onlineAt / 1000), offline_at: Math.floor(offlineAt / 1000) };
}

async function withStore<Result>(
  dataDirectory: string,
  partition: string | undefined,
  work: (store: HistoryStore) => Promise<Result>,
): Promise<Result> {
  const store = storesIn(dataDirectory)(partition);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
