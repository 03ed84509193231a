import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { bytesIn } from './file-sizes.js';
import { levelWriteError } from './level-errors.js';

/** The least that a database needs to open: a manifest, a new log and its first batches. */
const LEAST = 1024 * 1024;

/**
 * Proves that the disk has room for what LevelDB writes when it opens, so that a database that still answers reads is
 * not closed in vain.
 *
 * @throws HeartbeatError `HEARTBEAT_STORE_REFUSES`
 */
export async function checkDiskSpace(directory: string): Promise<void> {
  const file = path.join(directory, 'room');
  try {
    const wanted = await roomWanted(directory);
    // A compressing file system has room for any number of zeros.
    const block = randomBytes(LEAST);
    const handle = await open(file, 'w');
    try {
      for (let written = 0; written < wanted; written += LEAST) await handle.writeFile(block);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw levelWriteError(error);
  } finally {
    await rm(file, { force: true });
  }
}

/** Logs become tables, which may be slightly larger, before the logs are removed. */
async function roomWanted(directory: string): Promise<number> {
  return LEAST + 2 * (await bytesIn(directory, (name) => name.endsWith('.log')));
}
