import type { UserIdLike } from './contract/types.js';
import { idJson } from './ids.js';
import { expectOptions } from './client-options.js';
import { MOST_IN_CALL } from './lists.js';

/** A user in a batch of heals, with a device. */
export interface UserDevice {
  readonly id: UserIdLike;
  /** 1 to 64 of `A-Za-z0-9._-`. Default: the device without a name. */
  readonly device?: string | undefined;
  /** Kept for the device, up to 1,024 bytes of JSON; null removes it. Default: it stays as it is. */
  readonly meta?: Readonly<Record<string, unknown>> | null | undefined;
}

const ENTRY = ['id', 'device', 'meta'];

/** The bodies of lists that cannot change, so that it costs nothing to send one again. */
const bodies = new WeakMap<readonly unknown[], string>();

/** A batch as JSON. @throws TypeError if an entry is wrong */
export function batchOf(users: readonly (UserIdLike | UserDevice)[]): string {
  const made = bodies.get(users);
  if (made !== undefined) return made;
  const body = `[${users.map(entryOf).join(',')}]`;
  if (Object.isFrozen(users) && users.every((user) => typeof user !== 'object')) bodies.set(users, body);
  return body;
}

/** A batch that is sent in several requests is checked before the first of them. @throws TypeError if an entry is wrong */
export function expectUsers(users: readonly (UserIdLike | UserDevice)[]): void {
  if (users.length > MOST_IN_CALL) users.forEach(entryOf);
}

function entryOf(user: UserIdLike | UserDevice): string {
  if (typeof user !== 'object') return idJson(user);
  expectOptions(user, ENTRY);
  const { id, ...device } = user;
  const fields = Object.entries(device)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{"id":${idJson(id)}${fields.join('')}}`;
}
