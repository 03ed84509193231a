import path from 'node:path';
import type { Clock } from '../../ports/clock.js';
import { openOwned } from './database.js';
import { makeDirectory } from './directory.js';
import { openError } from './level-errors.js';
import { takeOwnership } from './ownership.js';
import { Patience } from './patience.js';

const LOCK = 'lock';

/**
 * Locks a data directory in which there is no history. An empty LevelDB has the lock, which ends with the process.
 *
 * @returns releases it
 * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED`, or what keeps the directory from being written to
 */
export async function lockDirectory(
  dataDirectory: string,
  clock: Pick<Clock, 'after'>,
): Promise<() => Promise<void>> {
  const directory = path.join(dataDirectory, LOCK);
  const patience = new Patience(directory, clock);
  try {
    await patience.answered(makeDirectory(directory, 2));
    const owned = await patience.answered(takeOwnership(directory));
    try {
      const db = await patience.answered(openOwned(owned, true));
      return () => db.close();
    } catch (error) {
      owned.release();
      throw error;
    }
  } catch (error) {
    throw openError(directory, error);
  }
}
