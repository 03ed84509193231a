import type { LiveSession } from '../../actors/user/user.protocol.js';
import type { EndedSession, Session } from '../domain/session.js';
import { unixSeconds, type Instant } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';

/*
 * Answers about users are written as text: every digit of a 64-bit id has to be there, which a number does not hold.
 */

export type UserStatus = 'online' | 'offline';

/** What is known about a user. */
export interface UserFacts {
  readonly status: UserStatus;
  /** When the status began; undefined if the user was never online. */
  readonly since: Instant | undefined;
  /** The last heal or goodbye. */
  readonly lastSeen: Instant | undefined;
  /** When the user goes offline without another heal; undefined if offline. */
  readonly deadline: Instant | undefined;
}

export function factsOfOnline({ onlineAt, lastSeen, deadline }: LiveSession): UserFacts {
  return { status: 'online', since: onlineAt, lastSeen, deadline };
}

/** @param last the last session; undefined if there was none */
export function factsOfOffline(last: EndedSession | undefined): UserFacts {
  return { status: 'offline', since: last?.offlineAt, lastSeen: last?.lastSeen, deadline: undefined };
}

/** The answer to `GET /users/:user_id`. */
export function userText(user: UserId, { status, since, lastSeen, deadline }: UserFacts): string {
  return `{"id":${user},"status":"${status}","since":${secondsText(since)},"last_seen":${secondsText(lastSeen)},"deadline":${secondsText(deadline)}}`;
}

function secondsText(at: Instant | undefined): string {
  return at === undefined ? 'null' : String(unixSeconds(at));
}

/** The answer to a heal and to a goodbye. */
export const statusText: Readonly<Record<UserStatus, string>> = {
  online: '{"status":"online"}',
  offline: '{"status":"offline"}',
};

/** The answer to a checkup. */
export function checkupText(user: UserId, status: UserStatus): string {
  return `{"id":${user},"status":"${status}"}`;
}

/** The answer to heart_rhythm: this, its sessions with a comma between them, and `rhythmEnd`. */
export function rhythmStart(user: UserId): string {
  return `{"id":${user},"history":[`;
}

export function sessionText({ onlineAt, offlineAt }: Session): string {
  return `{"online_at":${unixSeconds(onlineAt)},"offline_at":${unixSeconds(offlineAt)}}`;
}

/** @param cursor of the next page; undefined if nothing remains */
export function rhythmEnd(cursor: string | undefined): string {
  return cursor === undefined ? ']}' : `],"next_cursor":"${cursor}"}`;
}
