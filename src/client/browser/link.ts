import type { HeartbeatClientError, Meta, User } from './types.js';

/** Where a link leads. */
export interface LinkTarget {
  /** Without a slash at the end. */
  readonly url: string;
  readonly user: string | undefined;
  readonly token: string | undefined;
}

/** A device with its meta, as it is sent. */
export interface SentDevice {
  readonly device: string;
  readonly meta?: Meta | null;
}

/** Called once it is answered. Without an error it was done. */
export type Answered = (error?: HeartbeatClientError) => void;

export type Watched = (users: readonly string[], error?: HeartbeatClientError) => void;

/** Why a link has ended. */
export interface LinkEnd {
  /** Milliseconds before which the daemon wants no other one. */
  readonly retryAfter?: number | undefined;
}

/** What hears of a link. */
export interface LinkEvents {
  /** It can be used from now on. */
  up(): void;
  users(users: readonly User[]): void;
  /** The token ends soon. */
  expiring(): void;
  error(error: HeartbeatClientError): void;
  /** It depends on timers: a heal holds for so many seconds. */
  healsFor(seconds: number): void;
  /** It is gone. Not called after `close`. */
  down(end: LinkEnd): void;
}

/** A way to the daemon, for as long as it lasts. */
export interface Link {
  heal(devices: readonly SentDevice[], answered: Answered): void;
  goodbye(device: string, answered: Answered): void;
  /** @param watched called with those whose state has come, perhaps in parts */
  watch(users: readonly string[], watched: Watched): void;
  unwatch(users: readonly string[]): void;
  renew(token: string): void;
  /** Finds out soon whether it still works. */
  probe(): void;
  close(): void;
}
