import { HeartbeatError } from '../../errors.js';

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
  if (reason.includes('existing comparator')) return foreignError(directory, { cause });
  if (isDamage(cause)) return damagedError(directory, cause);
  return unwritableError(directory, cause);
}

/** @param isPassable the daemon can start without the damaged parts */
export function damagedError(
  directory: string,
  cause: unknown,
  reason = reasonOf(cause),
  isPassable = false,
): HeartbeatError {
  const otherwise = isPassable ? 'lose what is damaged with --accept-data-loss' : 'choose another data_dir';
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the database in ${directory} is damaged (${reason}): restore it from a backup, or ${otherwise}`,
    { cause },
  );
}

/** For readers of a value that is not what was written. */
export function damagedRecord(cause?: unknown): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    'a stored record is damaged: restore the data directory from a backup',
    { cause },
  );
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

export function foreignError(directory: string, options?: ErrorOptions): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the database in ${directory} is not a Heartbeat database: choose another data_dir`,
    options,
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

export function writeError(cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  if (isDamage(cause)) return damagedFiles(reasonOf(cause), cause);
  return new HeartbeatError('HEARTBEAT_STORE_REFUSES', `the store refused a write: ${reasonOf(cause)}`, {
    cause,
  });
}

export function readError(cause: unknown): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  if (isDamage(cause)) return damagedFiles(reasonOf(cause), cause);
  // A value that LevelDB accepts and no codec can read is not what was written.
  if (cause instanceof TypeError || cause instanceof RangeError) return damagedRecord(cause);
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', `the store could not be read: ${reasonOf(cause)}`, {
    cause,
  });
}

export function closedError(): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', 'the store is not open');
}

export function isCorrupt(error: unknown): boolean {
  return error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT';
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

/** The innermost message is the system's. */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
