import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { levelStores } from '../../src/adapters/level/level-history-store.js';
import { MemoryHistoryStore } from '../../src/adapters/memory/memory-history-store.js';
import { partitionName } from '../../src/adapters/postgres/partitions.js';
import { PostgresHistoryStore } from '../../src/adapters/postgres/postgres-history-store.js';
import type { PostgresAddress } from '../../src/adapters/postgres/postgres-url.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { Disk } from './model/disk.js';
import { PARTITIONS } from './partitions.js';
import { programOfPostgres, TEMPLATE } from './postgres-programs.js';
import type { SimulatedClock } from './simulated-clock.js';

const USER = 'postgres';

/** Of the server in which daemons of tests store; undefined if they store in memory and in LevelDB. */
const port = portOfPostgres();

function portOfPostgres(): number | undefined {
  const { TEST_STORE: kind, TEST_POSTGRES_PORT: given } = process.env;
  if (kind === undefined) return undefined;
  if (kind === 'postgres' && given !== undefined) return Number(given);
  throw new Error('TEST_STORE=postgres needs a server: npm run test:postgres [-- FILE...]');
}

/** Whether daemons of tests store in PostgreSQL: `npm run test:postgres`. */
export const IS_ON_POSTGRES = port !== undefined;

function addressOf(database: string): PostgresAddress {
  if (port === undefined) throw new TypeError('no PostgreSQL runs for the tests');
  return { hosts: [{ host: '127.0.0.1', port }], database, user: USER };
}

/** The databases of daemons, by the data directories in whose place they are. */
const databases = new Map<string, string>();

/** The database in place of a data directory. */
function databaseOf(dataDirectory: string): string {
  const found = databases.get(dataDirectory);
  if (found !== undefined) return found;
  const database = `heartbeat_${randomUUID().replaceAll('-', '')}`;
  ask(`create database ${database} template ${TEMPLATE}`);
  databases.set(dataDirectory, database);
  return database;
}

/** Removes the databases in place of data directories in these directories. */
export function dropDatabases(directories: readonly string[]): void {
  for (const [dataDirectory, database] of databases) {
    if (!directories.some((directory) => `${dataDirectory}/`.startsWith(`${directory}/`))) continue;
    databases.delete(dataDirectory);
    ask(`drop database ${database} with (force)`);
  }
}

/** Daemons are launched without waiting, and so are their databases made. */
function ask(statement: string): void {
  const address = ['-h', '127.0.0.1', '-p', String(port), '-U', USER];
  execFileSync(programOfPostgres('psql'), [...address, '-q', '-c', statement, 'postgres'], { stdio: 'pipe' });
}

/** The flags with which a built daemon stores where tests do. */
export function storeFlags(dataDirectory: string): { readonly store?: string } {
  if (port === undefined) return {};
  return { store: `postgres://${USER}@127.0.0.1:${String(port)}/${databaseOf(dataDirectory)}` };
}

/** The histories of a data directory, or of its database, that no daemon owns just now. */
export function storesIn(dataDirectory: string): (partition: string | undefined) => HistoryStore {
  if (port === undefined) return levelStores(dataDirectory, PARTITIONS, {});
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
  if (port === undefined) return Disk.inMemory();
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
  if (port === undefined) return new MemoryHistoryStore();
  const disk = diskUnderTest();
  clock.waitsFor = () => disk.busy > 0;
  return disk.attach();
}
