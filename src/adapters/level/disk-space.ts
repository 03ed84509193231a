import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { bytesIn } from './file-sizes.js';
import { writeError } from './store-errors.js';

/** What a database needs at the least to be opened: a manifest, a new log and its first batches. */
const LEAST = 1024 * 1024;

/**
 * Shows that the disk has room for what LevelDB writes when it is opened, so that a database which still answers reads
 * is not closed in vain.
 *
 * @throws HeartbeatError `HEARTBEAT_STORE_REFUSES`
 */
export async function proveDiskSpace(directory: string): Promise<void> {
  const file = path.join(directory, 'room');
  try {
    const wanted = await roomWanted(directory);
    // A file system that compresses has room for any number of zeros.
    const block = randomBytes(LEAST);
    const handle = await open(file, 'w');
    try {
      for (let written = 0; written < wanted; written += LEAST) await handle.writeFile(block);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw writeError(error);
  } finally {
    await rm(file, { force: true });
  }
}

/** What is in logs becomes tables, which may be a little larger, before the logs go. */
async function roomWanted(directory: string): Promise<number> {
  return LEAST + 2 * (await bytesIn(directory, (name) => name.endsWith('.log')));
}
