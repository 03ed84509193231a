import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { levelStores } from '../../src/adapters/level/level-history-store.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { partitionName } from '../../src/adapters/postgres/partitions.js';
import { PostgresHistoryStore } from '../../src/adapters/postgres/postgres-history-store.js';
import type { PostgresAddress } from '../../src/adapters/postgres/postgres-url.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { addressOf, databaseOf, IS_ON_POSTGRES } from './databases.js';
import { Disk } from './model/disk.js';
import { PARTITIONS } from './partitions.js';
import type { SimulatedClock } from './simulated-clock.js';

/** The histories of a data directory, or of its database, that no daemon owns just now. */
export function storesIn(dataDirectory: string): (partition: string | undefined) => HistoryStore {
  if (!IS_ON_POSTGRES) return levelStores(dataDirectory, PARTITIONS, {});
  const address = addressOf(databaseOf(dataDirectory));
  const clock = new SystemClock();
  return (id) => new PostgresHistoryStore({ address, partition: partitionName(PARTITIONS, id), clock });
}

/** Disks of the present test, whose connections end with it. */
const disks: Disk[] = [];
if (IS_ON_POSTGRES)
  afterEach('disks in PostgreSQL', async () => {
    await Promise.all(disks.splice(0).map((disk) => disk.detach()));
  });

/** A new disk for the daemons of one test in this process. */
export function diskUnderTest(): Disk {
  if (!IS_ON_POSTGRES) return Disk.inMemory();
  const disk = postgresDisk(addressOf('postgres'));
  disks.push(disk);
  return disk;
}

/** A disk in a database with the tables of Heartbeat. Each process opens it anew. */
export function postgresDisk(address: PostgresAddress): Disk {
  const scenario = randomUUID();
  return new Disk((id = 'all') => {
    return new PostgresHistoryStore({ address, partition: `${scenario}/${id}`, clock: new SystemClock() });
  });
}

/** A new store for a daemon in this process on a simulated clock, which waits for it. */
export function storeUnderTest(clock: SimulatedClock): HistoryStore {
  if (!IS_ON_POSTGRES) return new MemoryHistoryStore();
  const disk = diskUnderTest();
  clock.waitsFor = () => disk.busy > 0;
  return disk.attach();
}
