import { HeartbeatError } from '../../errors.js';
import type { StorePlace } from '../../ports/ordered-store.js';
import { damagedError, foreignError, readError, reasonOf, refusedError } from '../history/store-errors.js';

export function placeOf(directory: string): StorePlace {
  return { name: directory, setting: 'data_dir' };
}

/** The error if LevelDB cannot be opened; the cause is kept for the log. */
export function openError(directory: string, cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  if (has(cause, 'LEVEL_LOCKED')) {
    return new HeartbeatError(
      'HEARTBEAT_STORE_LOCKED',
      `another daemon owns ${directory}: stop it, or choose another data_dir`,
      { cause },
    );
  }
  const reason = reasonOf(cause);
  if (reason.includes('existing comparator')) return foreignError(placeOf(directory), { cause });
  if (isDamage(cause)) return damagedError(placeOf(directory), cause);
  return unwritableError(directory, cause);
}

/** For a file that is not what was written. */
export function damagedFiles(reason: string, cause?: unknown): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the database is damaged (${reason}): restore the data directory from a backup`,
    { cause },
  );
}

/** The directory was removed, or replaced by another. */
export function missingError(directory: string): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_REFUSES',
    `the database is not in ${directory} any more: put it back, or start again with another data_dir`,
  );
}

function unwritableError(directory: string, cause: unknown): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_UNWRITABLE',
    `cannot write to ${directory} (${reasonOf(cause)}): make it a writable directory with free space, or choose another data_dir`,
    { cause },
  );
}

/** A call to the file system that never returns. */
export function hangingError(directory: string, seconds: number): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_HANGS',
    `the file system of ${directory} has not answered for ${String(seconds)} s: check its mount, or choose another data_dir`,
  );
}

export function levelWriteError(cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  return isDamage(cause) ? damagedFiles(reasonOf(cause), cause) : refusedError(cause);
}

export function levelReadError(cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  return isDamage(cause) ? damagedFiles(reasonOf(cause), cause) : readError(cause);
}

/** LevelDB reports a missing file as an input/output error. */
function isDamage(cause: unknown): boolean {
  return (
    has(cause, 'LEVEL_CORRUPTION') ||
    /^Corruption\b|(?:\.(?:ldb|sst|log)|MANIFEST-\d+): No such file/.test(reasonOf(cause))
  );
}

function has(error: unknown, code: string): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === code) return true;
  }
  return false;
}
