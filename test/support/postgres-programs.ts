import { readdirSync } from 'node:fs';
import path from 'node:path';

const VERSIONS = '/usr/lib/postgresql';

/** A database with the tables of Heartbeat, of which others are copies. */
export const TEMPLATE = 'heartbeat_template';

/** The newest version on this machine. */
export function newestPostgres(): string {
  const newest = readdirSync(VERSIONS)
    .sort((a, b) => Number(a) - Number(b))
    .at(-1);
  if (newest === undefined) throw new Error('the tests need postgresql: scripts/tools-for-tests');
  return newest;
}

/** Where one of its programs is. */
export function programOfPostgres(program: string): string {
  return path.join(VERSIONS, newestPostgres(), 'bin', program);
}
