import { HeartbeatError } from '../../errors.js';

/** What people are told when LevelDB cannot be opened; the cause is kept for the log. */
export function openError(directory: string, cause: unknown): HeartbeatError {
  const codes = codesOf(cause);
  if (codes.includes('LEVEL_LOCKED')) {
    return new HeartbeatError(
      'HEARTBEAT_STORE_LOCKED',
      `another daemon owns ${directory}: stop it, or choose another data_dir`,
      { cause },
    );
  }
  if (codes.includes('LEVEL_CORRUPTION')) {
    return new HeartbeatError(
      'HEARTBEAT_STORE_CORRUPT',
      `the database in ${directory} is damaged: restore it from a backup, or choose another data_dir`,
      { cause },
    );
  }
  return unwritableError(directory, cause);
}

export function unwritableError(directory: string, cause: unknown): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_UNWRITABLE',
    `cannot use ${directory} (${reasonOf(cause)}): make it a directory that this user may write to, or choose another data_dir`,
    { cause },
  );
}

export function writeError(cause: unknown): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_REFUSES', `the store refused a write: ${reasonOf(cause)}`, { cause });
}

export function closedError(): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', 'the store is not open');
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code);
  }
  return codes;
}

/** The innermost message says what the system said. */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
