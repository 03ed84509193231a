import { isRecord } from '../domain/is-record.js';
import type { LiveDevice, LiveSession, UserReply } from '../../actors/user/user.protocol.js';
import type { Daemon } from '../app/api/daemon.js';
import type { UserId } from '../domain/user-id.js';
import { factsOfOffline, factsOfOnline, type UserFacts, type UserStatus } from '../views/user-view.js';
import { dateOf } from './arguments.js';

/** What is known about a user. */
export interface UserDescription {
  /** With all digits of an integer. */
  readonly id: string;
  readonly status: UserStatus;
  /** When the status began; undefined if the user was never online. */
  readonly since: Date | undefined;
  /** The last heal that was answered; undefined if there was none. */
  readonly lastSeen: Date | undefined;
  /** When the user goes offline without another heal; undefined if offline. */
  readonly deadline: Date | undefined;
  /** Those that keep the user online, as far as they were heard since the instance started. */
  readonly devices: readonly UserDevice[];
}

/** A device that keeps its user online. */
export interface UserDevice {
  /** Undefined for the device without a name. */
  readonly device: string | undefined;
  readonly since: Date;
  readonly lastSeen: Date;
  readonly deadline: Date;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/** A user who is online. */
export interface OnlineUser {
  /** With all digits of an integer. */
  readonly id: string;
  readonly since: Date;
  readonly lastSeen: Date;
  /** When the user goes offline without another heal. */
  readonly deadline: Date;
}

/** What a checkup of many users can show besides their status. */
export type CheckupField = 'lastSeen' | 'devices';

/** A user in a checkup of many. */
export interface CheckedUser {
  readonly id: string;
  readonly status: UserStatus;
  /** The last heal or goodbye; undefined if there was none. Present if asked for. */
  readonly lastSeen?: Date | undefined;
  /** Those that keep the user online. Present if asked for. */
  readonly devices?: readonly UserDevice[];
}

/** @param isReadFromStore whether the last session of an offline user is looked up */
export async function factsOf(
  { users }: Daemon,
  id: UserId,
  { session, ended }: Extract<UserReply, { kind: 'described' }>,
  isReadFromStore: boolean,
): Promise<UserFacts> {
  if (session !== undefined) return factsOfOnline(session);
  return factsOfOffline(ended ?? (isReadFromStore ? await users.lastSession(id) : undefined));
}

export function checked(id: UserId, fields: ReadonlySet<CheckupField>, facts: UserFacts): CheckedUser {
  const { status, lastSeen, devices } = facts;
  return {
    id,
    status,
    ...(fields.has('lastSeen') && { lastSeen: dateOf(lastSeen) }),
    ...(fields.has('devices') && { devices: devices.map(deviceOf) }),
  };
}

export function onlineUser(id: UserId, { onlineAt, lastSeen, deadline }: LiveSession): OnlineUser {
  return { id, since: new Date(onlineAt), lastSeen: new Date(lastSeen), deadline: new Date(deadline) };
}

export function described(
  id: UserId,
  { status, since, lastSeen, deadline, devices }: UserFacts,
): UserDescription {
  return {
    id,
    status,
    since: dateOf(since),
    lastSeen: dateOf(lastSeen),
    deadline: dateOf(deadline),
    devices: devices.map(deviceOf),
  };
}

function deviceOf({ name, since, lastSeen, deadline, meta }: LiveDevice): UserDevice {
  return {
    device: name,
    since: new Date(since),
    lastSeen: new Date(lastSeen),
    deadline: new Date(deadline),
    meta: meta === undefined ? undefined : objectIn(meta),
  };
}

function objectIn(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json);
  return isRecord(value) ? value : {};
}
