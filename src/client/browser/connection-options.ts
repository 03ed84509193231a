import type { StartSharing } from './sharing.js';
import type { TokenSource } from './token.js';
import type { HeartbeatClientError, Status, User } from './types.js';

export interface ConnectionOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly user: string | undefined;
  readonly token: TokenSource | undefined;
  readonly tabs: StartSharing | undefined;
}

/** What hears of a connection. */
export interface ConnectionEvents {
  status(status: Status): void;
  /** As they are now. */
  users(users: readonly User[]): void;
  /** Every change of these users is heard of from now on. */
  fresh(users: readonly string[]): void;
  /** No changes are heard of. */
  stale(): void;
  error(error: HeartbeatClientError): void;
}
