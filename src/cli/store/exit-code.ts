import { lockedError } from '../../adapters/store-end.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { HeartbeatError } from '../../errors.js';
import { FAILED } from '../exit-codes.js';
import { printable } from '../output/printable.js';

/** Where a command writes. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WriteStream;
}

/** The store of a command, which a daemon may have open, and whether that could be asked instead. */
export interface Opened {
  readonly location: StoreLocation;
  readonly canAsk: boolean;
}

/** Does the work of a command, and says why it could not be done. @returns the exit code */
export async function exitCodeOf(
  stderr: Streams['stderr'],
  opened: Opened | undefined,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isLocked = error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_LOCKED';
    const said = isLocked && opened !== undefined ? await lockedError(opened.location, opened.canAsk) : error;
    stderr.write(printable(`heartbeat: ${sentenceOf(said)}\n`));
    return FAILED;
  }
}

/** @throws what is a mistake of the program */
function sentenceOf(error: unknown): string {
  if (error instanceof HeartbeatError) return error.message;
  if (error instanceof Error && error.name === 'AbortError') return 'interrupted';
  // Of the file system: the message names the call and the file.
  if (error instanceof Error && 'syscall' in error) return error.message;
  throw error;
}
