import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from './problems.js';

/** What LevelDB needs at the least to open again: a new log, a new manifest, and a first batch. */
const ROOM = 1024 * 1024;

/**
 * Shows that the disk takes writes, so that a database which still answers reads is not closed in vain.
 *
 * @throws HeartbeatError `HEARTBEAT_STORE_REFUSES`
 */
export async function proveRoom(directory: string): Promise<void> {
  const file = path.join(directory, 'room');
  try {
    const handle = await open(file, 'w');
    try {
      await handle.writeFile(Buffer.alloc(ROOM));
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
