import { copyFile, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Level } from 'level';
import { openError } from './level-errors.js';
import { takeOwnership } from './ownership.js';

/** Files that LevelDB never changes once they are written. */
const TABLE = /\.(?:ldb|sst)$/;
const LEFT_OUT = /^(?:LOCK|LOG|LOG\.old|unproven|room|lock-.*)$/;

/** A directory that can be opened in place of a closed database, and the end of it. */
export interface Untouched {
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * Makes a directory in which a closed database can be opened without changing its files: an opening turns logs into
 * tables and drops what is torn, and a check must leave that to the daemon. Tables are linked, and the rest, at most
 * some megabytes, is copied. Meanwhile the database is locked, so that no daemon starts on it.
 *
 * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED` if a daemon owns it
 */
export async function untouched(directory: string): Promise<Untouched> {
  const owned = await takeOwnership(directory);
  const beside = await mkdtemp(path.join(tmpdir(), 'heartbeat-'));
  let lock: Level | undefined;
  const remove = async (): Promise<void> => {
    await lock?.close();
    owned.release();
    await rm(beside, { recursive: true, force: true });
  };
  try {
    lock = await locked(owned.path, path.join(beside, 'lock'));
    const history = path.join(beside, 'history');
    await mkdir(history);
    for (const name of await readdir(owned.path)) {
      if (LEFT_OUT.test(name)) continue;
      const file = path.join(owned.path, name);
      if (TABLE.test(name)) await symlink(file, path.join(history, name));
      else await copyFile(await realpath(file), path.join(history, name));
    }
    return { directory: history, remove };
  } catch (error) {
    await remove();
    throw openError(directory, error);
  }
}

/** LevelDB has no call that only takes its lock, so it opens an empty database whose lock is a link to that one. */
async function locked(directory: string, empty: string): Promise<Level> {
  await mkdir(empty);
  await symlink(path.join(directory, 'LOCK'), path.join(empty, 'LOCK'));
  const db = new Level(empty);
  await db.open();
  return db;
}
