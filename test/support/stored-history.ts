import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { parseStoreLocation } from '../../src/adapters/store-location.js';
import { storesAt } from '../../src/adapters/stores.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import type { ShownSession } from './calls.js';
import { isIn, PARTITION_IDS, PARTITIONS } from './partitions.js';
import { user as userId } from './ids.js';
import { storesIn } from './store-under-test.js';
import type { Session } from './history-comparison.js';

/** The content of a store that no daemon uses. */
export interface StoredHistory {
  /** By user, with every requested user. */
  readonly sessions: ReadonlyMap<string, readonly Session[]>;
  /** Users with an open session. */
  readonly open: readonly string[];
  /** The store's count of ended sessions. */
  readonly count: number;
}

/** @param place a data directory, or the URL of a database */
export async function readHistory(place: string, users: Iterable<string>): Promise<StoredHistory> {
  const asked = [...users];
  const sessions = new Map<string, readonly Session[]>();
  const open: string[] = [];
  let count = 0;
  await inEachPartition(place, async (store, partition) => {
    for (const user of asked) {
      if (!isIn(partition, userId(user))) continue;
      const found: Session[] = [];
      for await (const chunk of store.sessions(userId(user), { order: 'asc' })) found.push(...chunk);
      sessions.set(user, found);
    }
    for await (const chunk of store.openSessions()) open.push(...chunk.map(({ user }) => user));
    count += store.countSessions();
  });
  return { sessions, open, count };
}

/**
 * Writes records as a daemon does.
 *
 * @param place a data directory, or the URL of a database
 */
export async function writeHistory(place: string, records: readonly HistoryRecord[]): Promise<void> {
  const most = 10_000;
  await inEachPartition(place, async (store, partition) => {
    const own = records.filter((record) => !('user' in record) || isIn(partition, record.user));
    for (let first = 0; first < own.length; first += most) await store.write(own.slice(first, first + most));
  });
}

/** A session as responses show it. */
export function inSeconds({ onlineAt, offlineAt }: Session): ShownSession {
  return { online_at: Math.floor(onlineAt / 1000), offline_at: Math.floor(offlineAt / 1000) };
}

async function inEachPartition(
  place: string,
  work: (store: HistoryStore, partition: string | undefined) => Promise<void>,
): Promise<void> {
  const location = parseStoreLocation(place);
  const storeOf =
    location.kind === 'leveldb'
      ? storesIn(place)
      : storesAt(location, PARTITIONS, { clock: new SystemClock() }).storeOf;
  for (const partition of PARTITION_IDS) {
    const store = storeOf(partition);
    await store.open();
    try {
      await work(store, partition);
    } finally {
      await store.close();
    }
  }
}
