import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { PostgresAddress } from '../../src/adapters/postgres/postgres-url.js';
import { programOfPostgres, TEMPLATE } from './postgres-programs.js';

// What daemons in processes of their own need. It imports no store, since most slow tests need none.

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

export function addressOf(database: string): PostgresAddress {
  if (port === undefined) throw new TypeError('no PostgreSQL runs for the tests');
  return { hosts: [{ host: '127.0.0.1', port }], database, user: USER };
}

/** The databases of daemons, by the data directories in whose place they are. */
const databases = new Map<string, string>();

/** The database in place of a data directory. */
export function databaseOf(dataDirectory: string): string {
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
