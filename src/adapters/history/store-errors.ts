import { HeartbeatError } from '../../errors.js';
import type { StorePlace } from '../../ports/ordered-store.js';

/** @param isPassable the daemon can start without the damaged parts */
export function damagedError(
  place: StorePlace,
  cause: unknown,
  reason = reasonOf(cause),
  isPassable = false,
): HeartbeatError {
  const otherwise = isPassable
    ? 'lose what is damaged with --accept-data-loss'
    : `choose another ${place.setting}`;
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the database in ${place.name} is damaged (${reason}): restore it from a backup, or ${otherwise}`,
    { cause },
  );
}

/** A value is not what was written. The message, which everybody may see, does not say whose it is. The log does. */
export class DamagedRecord extends HeartbeatError {
  /** Undefined if it is not known. */
  readonly key: Buffer | undefined;

  constructor(key: Buffer | undefined, options?: ErrorOptions) {
    super(
      'HEARTBEAT_STORE_CORRUPT',
      'a stored record is damaged: restore the database from a backup, or lose what is damaged with --accept-data-loss',
      options,
    );
    this.key = key;
  }
}

export function foreignError(place: StorePlace, options?: ErrorOptions): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the database in ${place.name} is not a Heartbeat database: choose another ${place.setting}`,
    options,
  );
}

/** A command, or another use of a store, could not be done. @param message says why, and what to do */
export function storeFailed(message: string, cause?: unknown): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', message, { cause });
}

/** @param command what began it */
export function unfinishedCopy(place: StorePlace, command: 'copy' | 'restore'): HeartbeatError {
  return storeFailed(
    `the ${command} to ${place.name} is not finished: run heartbeat store ${command} again, or choose another ${place.setting}`,
  );
}

export function readError(cause: unknown, reason = reasonOf(cause)): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  // A value that the store accepts and no codec can read is not what was written.
  if (cause instanceof TypeError || cause instanceof RangeError)
    return new DamagedRecord(undefined, { cause });
  return storeFailed(`the store could not be read: ${reason}`, cause);
}

export function refusedError(cause: unknown, reason = reasonOf(cause)): HeartbeatError {
  if (cause instanceof HeartbeatError) return cause;
  return new HeartbeatError('HEARTBEAT_STORE_REFUSES', `the store refused a write: ${reason}`, { cause });
}

export function closedError(): HeartbeatError {
  return storeFailed('the store is not open');
}

export function isCorrupt(error: unknown): boolean {
  return error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT';
}

/** The innermost message is the system's. */
export function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
