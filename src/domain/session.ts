import type { Instant } from './time.js';
import type { UserId } from './user-id.js';

/** A stretch of time a user was online. `offlineAt` is never before `onlineAt`. */
export interface Session {
  readonly onlineAt: Instant;
  readonly offlineAt: Instant;
}

/** A session that has ended, with the last heal (or goodbye) that was heard in it. */
export interface EndedSession extends Session {
  readonly lastSeen: Instant;
}

/** A session without an end, as it is found on disk after a restart. */
export interface OpenSession {
  readonly user: UserId;
  readonly onlineAt: Instant;
  /** The recovery that it was opened after. */
  readonly generation: number;
}
