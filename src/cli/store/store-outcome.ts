import { lockedError } from '../../adapters/store-end.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { HeartbeatError } from '../../errors.js';
import { HeartbeatRequestError } from '../../client/api/request-error.js';
import { problemText } from '../api/request-problem.js';
import type { CommandContext } from '../command-table.js';
import { FAILED } from '../exit-codes.js';

/** Where a command writes. */
export type Streams = Pick<CommandContext, 'stdout' | 'stderr'>;

/** The stores of a command, which a daemon may have open, and whether that could be asked instead. */
export interface Opened {
  readonly locations: readonly StoreLocation[];
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
    const locked =
      isLocked && opened !== undefined ? await lockedError(opened.locations, opened.canAsk) : undefined;
    stderr.write(textOf(locked ?? error));
    return FAILED;
  }
}

/** @throws what is a mistake of the program */
function textOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'heartbeat: interrupted\n';
  const isOurs = error instanceof HeartbeatError || error instanceof HeartbeatRequestError;
  // Of the file system: the message names the call and the file.
  const isOfSystem = error instanceof Error && 'syscall' in error;
  if (isOurs || isOfSystem) return problemText(error);
  throw error;
}
