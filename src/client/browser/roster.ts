import type { Change, User } from './types.js';

type UserChange = Exclude<Change, { type: 'sync' }>;

/** Users, as they were last heard of. */
export class Roster {
  readonly #users = new Map<string, User>();

  /** @returns what is different; undefined if nothing is, and for a new user who is offline */
  set(user: User): UserChange | undefined {
    const before = this.#users.get(user.id);
    this.#users.set(user.id, user);
    const wasOnline = before?.status === 'online';
    const isOnline = user.status === 'online';
    if (wasOnline !== isOnline) return { type: isOnline ? 'join' : 'leave', user };
    const isSame = before === undefined || haveSameDevices(before, user);
    return isSame ? undefined : { type: 'update', user };
  }
}

function haveSameDevices(one: User, other: User): boolean {
  try {
    return JSON.stringify(one.devices) === JSON.stringify(other.devices);
  } catch {
    // It is nested more deeply than any daemon allows.
    return false;
  }
}
