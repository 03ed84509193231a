import path from 'node:path';
import { directoryOf, HISTORY } from '../../src/adapters/level/partitions.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { isIn, PARTITIONS } from './partitions.js';

/** The directory of the only partition's history in a data directory, or of the first one's. */
export function firstHistoryIn(dataDirectory: string): string {
  const partition = PARTITIONS === 1 ? '' : path.join(directoryOf(PARTITIONS), 'users-0');
  return path.join(dataDirectory, partition, HISTORY);
}

/** A store that can be divided into partitions. */
interface Divisible {
  partition(id: string): HistoryStore;
}

/** What each partition stores about itself. It survives a restart. */
const ownStores = new WeakMap<HistoryStore, Map<string, MemoryHistoryStore>>();

/**
 * The slice of a store that one partition has: records of users, nodes and alerts are in the store, those of
 * the partition itself apart from it.
 *
 * @param id undefined for the only partition
 */
export function sliceOf(store: HistoryStore, id: string | undefined): HistoryStore {
  if (id === undefined) return store;
  if (isDivisible(store)) return store.partition(id);
  const slices = ownStores.get(store) ?? new Map<string, MemoryHistoryStore>();
  ownStores.set(store, slices);
  const found = slices.get(id);
  const own = found ?? new MemoryHistoryStore();
  slices.set(id, own);
  return slice(store, id, own, found === undefined);
}

function slice(store: HistoryStore, id: string, own: MemoryHistoryStore, isNew: boolean): HistoryStore {
  const isWatch = id === 'watch';
  const changed: Partial<HistoryStore> = {
    open: async () => {
      const summary = await store.open();
      if (isNew) await take(store, own, id);
      const { watermark, aliveAt, recovery, membership, hasTextIds } = await own.open();
      return { ...summary, watermark, aliveAt, recovery, membership, hasTextIds };
    },
    // An error that the store throws synchronously is thrown synchronously here, too.
    write: (batch) => store.write(isWatch ? batch : batch.filter(isShared)).then(() => own.write(batch)),
    erase: async (user) => {
      const isWhole = await store.erase(user);
      if (isWhole) await own.erase(user);
      return isWhole;
    },
    openSessions: () => own.openSessions(),
    healedSince: () => own.healedSince(),
    blindIntervals: (limit) => own.blindIntervals(limit),
    blindBetween: (from, to) => own.blindBetween(from, to),
    countSessions: () => (isWatch ? store.countSessions() : 0),
  };
  return new Proxy(store, {
    get: (_, name) => {
      const found: unknown = Reflect.get(changed, name) ?? Reflect.get(store, name);
      return typeof found === 'function' ? (found.bind(store) as unknown) : found;
    },
  });
}

/** Takes over what was stored without partitions. */
async function take(store: HistoryStore, own: HistoryStore, id: string): Promise<void> {
  const { watermark, aliveAt, recovery } = await store.open();
  if (recovery !== undefined) await own.write([{ kind: 'recovered', recovery }]);
  for await (const chunk of store.openSessions())
    for (const { user, onlineAt } of chunk)
      if (isIn(id, user)) await own.write([{ kind: 'opened', user, onlineAt }]);
  for await (const healed of store.healedSince()) await own.write([{ kind: 'healed', ...healed }]);
  for (const interval of await store.blindIntervals(1000)) await own.write([{ kind: 'blind', interval }]);
  if (watermark !== undefined)
    await own.write([{ kind: 'watermark', at: watermark, ...(aliveAt !== undefined && { aliveAt }) }]);
}

function isShared({ kind }: HistoryRecord): boolean {
  const ownKinds: readonly HistoryRecord['kind'][] = [
    'watermark',
    'recovered',
    'healed',
    'blind',
    'membership',
    'text_ids',
  ];
  return !ownKinds.includes(kind);
}

function isDivisible(store: object): store is Divisible {
  return 'partition' in store;
}
