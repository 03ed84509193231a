import type { LiveDevice, LiveSession } from '../../actors/user/user.protocol.js';
import type { EndedSession, Session } from '../domain/session.js';
import { inAscii } from './in-ascii.js';
import { unixSeconds, type Instant } from '../domain/time.js';

/*
 * Answers about users are written as text: every digit of a 64-bit id has to be there, which a number does not hold.
 * Each takes the id as it stands in JSON.
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
  readonly devices: readonly LiveDevice[];
}

export function factsOfOnline({ onlineAt, lastSeen, deadline, devices }: LiveSession): UserFacts {
  return { status: 'online', since: onlineAt, lastSeen, deadline, devices };
}

/** @param last the last session; undefined if there was none */
export function factsOfOffline(last: EndedSession | undefined): UserFacts {
  return {
    status: 'offline',
    since: last?.offlineAt,
    lastSeen: last?.lastSeen,
    deadline: undefined,
    devices: [],
  };
}

/** As those see it who may not see the meta of devices. */
export function withoutMeta(facts: UserFacts): UserFacts {
  return { ...facts, devices: facts.devices.map((device) => ({ ...device, meta: undefined })) };
}

/** The answer to `GET /users/:user_id`. */
export function userText(id: string, facts: UserFacts): string {
  const { status, since, lastSeen, deadline, devices } = facts;
  return `{"id":${id},"status":"${status}","since":${secondsText(since)},"last_seen":${secondsText(lastSeen)},"deadline":${secondsText(deadline)},"devices":${devicesText(devices)}}`;
}

function devicesText(devices: readonly LiveDevice[]): string {
  return `[${devices.map(deviceText).join(',')}]`;
}

function deviceText({ name, since, lastSeen, deadline, meta }: LiveDevice): string {
  const named = name === undefined ? 'null' : `"${name}"`;
  return `{"device":${named},"since":${secondsText(since)},"last_seen":${secondsText(lastSeen)},"deadline":${secondsText(deadline)},"meta":${meta === undefined ? 'null' : inAscii(meta)}}`;
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
export function checkupText(id: string, status: UserStatus): string {
  return `{"id":${id},"status":"${status}"}`;
}

/** What a checkup of many users can show of each besides the status. */
const CHECKUP_FIELDS = ['last_seen', 'devices'] as const;

export type CheckupField = (typeof CHECKUP_FIELDS)[number];

export function isCheckupField(text: string): text is CheckupField {
  return CHECKUP_FIELDS.some((field) => field === text);
}

/** The same with more fields. */
export function checkupTextWith(
  fields: ReadonlySet<CheckupField>,
  id: string,
  { status, lastSeen, devices }: UserFacts,
): string {
  const seen = fields.has('last_seen') ? `,"last_seen":${secondsText(lastSeen)}` : '';
  const held = fields.has('devices') ? `,"devices":${devicesText(devices)}` : '';
  return `{"id":${id},"status":"${status}"${seen}${held}}`;
}

/** A user in the list of those who are online. */
export function onlineUserText(id: string, { onlineAt, lastSeen, deadline }: LiveSession): string {
  return `{"id":${id},"since":${secondsText(onlineAt)},"last_seen":${secondsText(lastSeen)},"deadline":${secondsText(deadline)}}`;
}

/** The answer to `GET /users`. @param cursor of the next page; undefined if no more follow */
export function onlineUsersText(users: readonly string[], cursor: string | undefined): string {
  return `{"users":[${users.join(',')}],"next_cursor":${cursor === undefined ? 'null' : `"${cursor}"`}}`;
}

/** The answer to heart_rhythm: this, its sessions with a comma between them, and `rhythmEnd`. */
export function rhythmStart(id: string): string {
  return `{"id":${id},"history":[`;
}

export function sessionText({ onlineAt, offlineAt }: Session): string {
  return `{"online_at":${unixSeconds(onlineAt)},"offline_at":${unixSeconds(offlineAt)}}`;
}

/** @param cursor of the next page; undefined if nothing remains */
export function rhythmEnd(cursor: string | undefined): string {
  return cursor === undefined ? ']}' : `],"next_cursor":"${cursor}"}`;
}
