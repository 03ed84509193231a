import type { Instant } from './time.js';
import type { UserId } from './user-id.js';

/** An interval in which a user was online. `offlineAt` is never before `onlineAt`. */
export interface Session {
  readonly onlineAt: Instant;
  readonly offlineAt: Instant;
}

/** A session that has ended, with its last heal or goodbye. */
export interface EndedSession extends Session {
  readonly lastSeen: Instant;
}

/** A session without an end, as found on disk after a restart. */
export interface OpenSession {
  readonly user: UserId;
  readonly onlineAt: Instant;
  /** The generation (start of the daemon) in which it was opened. */
  readonly generation: number;
}
