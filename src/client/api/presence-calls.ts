import type { HttpCalls } from './http-calls.js';
import type { Answers, Queries, UserIdLike } from './contract/types.js';
import { HeartbeatRequestError } from './request-error.js';
import { idText, userInPath } from './ids.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { forEach, inParts, joinAccepted, moved, type Accepted } from './lists.js';
import { batchOf, expectUsers, type UserDevice } from './user-batch.js';

/** The device that heals. */
export type HealOptions = Omit<UserDevice, 'id'> & CallOptions;

export interface GoodbyeOptions extends CallOptions {
  /** Only this device. Default: all of the user. */
  readonly device?: string | undefined;
}

export interface CheckupOptions extends CallOptions {
  /** What to return of each user besides the status. */
  readonly fields?: readonly ('lastSeen' | 'devices')[] | undefined;
}

/** Which sessions to read. */
export type RhythmOptions = Queries['heartRhythm'] & CallOptions;

/** What a user's status is after a goodbye: `online` while another device holds the user. */
type Status = Answers['goodbye']['status'];

const HEAL = ['device', 'meta', 'signal'];
const SIGNAL = ['signal'];

export async function healOne<Id>(
  calls: HttpCalls<Id>,
  user: UserIdLike,
  options: HealOptions = {},
): Promise<'online'> {
  expectOptions(options, HEAL);
  const { device, meta, signal } = options;
  const body = meta === undefined ? undefined : JSON.stringify({ meta });
  const { status } = await calls.call('heal', { path: [userInPath(user)], query: { device }, body, signal });
  return status;
}

export async function healMany<Id>(
  calls: HttpCalls<Id>,
  users: readonly (UserIdLike | UserDevice)[],
  options: CallOptions = {},
): Promise<Accepted> {
  expectOptions(options, SIGNAL);
  expectUsers(users);
  const { signal } = options;
  return inParts(users, (part) => calls.call('healMany', { body: batchOf(part), signal }), joinAccepted);
}

export async function goodbyeOne<Id>(
  calls: HttpCalls<Id>,
  user: UserIdLike,
  { signal, ...query }: GoodbyeOptions = {},
): Promise<Status> {
  const { status } = await calls.call('goodbye', { path: [userInPath(user)], query, signal });
  return status;
}

/** The API has no batch of goodbyes, so each is a request. */
export async function goodbyeMany<Id>(
  calls: HttpCalls<Id>,
  users: readonly UserIdLike[],
  options: GoodbyeOptions = {},
): Promise<Accepted> {
  const refusals = await forEach(users.map(idText), async (user) => {
    try {
      await goodbyeOne(calls, user, options);
      return undefined;
    } catch (error) {
      if (error instanceof HeartbeatRequestError && isOfOneUser(error)) return error.message;
      throw error;
    }
  });
  const rejected = refusals.flatMap((error, index) => (error === undefined ? [] : [{ index, error }]));
  return { accepted: users.length - rejected.length, rejected };
}

/** Whether other users may fare better. */
function isOfOneUser({ code, status }: HeartbeatRequestError): boolean {
  return code === 'HEARTBEAT_INVALID_USER_ID' || status === 403 || status === 503;
}

export async function checkupOne<Id>(
  calls: HttpCalls<Id>,
  user: UserIdLike,
  options: CallOptions = {},
): Promise<Answers<Id>['checkup']> {
  expectOptions(options, SIGNAL);
  return calls.call('checkup', { path: [userInPath(user)], signal: options.signal });
}

export async function checkupMany<Id>(
  calls: HttpCalls<Id>,
  users: readonly UserIdLike[],
  { fields = [], signal, ...others }: CheckupOptions = {},
): Promise<Answers<Id>['checkupMany']> {
  expectUsers(users);
  const asked = fields.map((field) => (field === 'lastSeen' ? 'last_seen' : field));
  const query = { ...others, ...(asked.length > 0 && { fields: asked }) };
  type Checked = Answers<Id>['checkupMany'];
  const join = (first: Checked, second: Checked, place: number): Checked => ({
    results: [...first.results, ...second.results],
    rejected: [...(first.rejected ?? []), ...moved(second.rejected ?? [], place)],
  });
  return inParts(users, (part) => calls.call('checkupMany', { query, body: batchOf(part), signal }), join);
}

export async function rhythmOne<Id>(
  calls: HttpCalls<Id>,
  user: UserIdLike,
  { signal, ...query }: RhythmOptions = {},
): Promise<Answers<Id>['heartRhythm']> {
  return calls.call('heartRhythm', { path: [userInPath(user)], query, signal });
}

/** The API has no batch of histories, so each is a request. */
export async function rhythmMany<Id>(
  calls: HttpCalls<Id>,
  users: readonly UserIdLike[],
  options: RhythmOptions = {},
): Promise<readonly Answers<Id>['heartRhythm'][]> {
  return forEach(users.map(idText), (user) => rhythmOne(calls, user, options));
}
