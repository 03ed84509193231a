import type { UserCommand, UserDevice, UserReply } from '../../actors/user/user.protocol.js';
import { isDeviceName, metaText, MOST_META, type DeviceHeal } from '../domain/device.js';
import type { UserId, UserIds } from '../domain/user-id.js';
import type { Daemon } from '../app/api/daemon.js';
import { sentenceFor } from '../views/messages.js';
import type { UserStatus } from '../views/user-view.js';
import { askUser, askUsers, instantOf, userIdOf, type UserIdLike } from './arguments.js';
import { aDate, isPlain, must, objectOf, one, oneOf, refuseProblems } from './checks.js';
import { userEvents, type UserEvent, type UserEventsOptions } from './user-events.js';
import { duringCall, pulled } from './calls.js';
import { batchResult, inOrder, parsedBatch, type BatchResult } from './batches.js';
import {
  checked,
  described,
  factsOf,
  onlineUser,
  type CheckedUser,
  type CheckupField,
  type OnlineUser,
  type UserDescription,
} from './user-description.js';

export type { UserStatus } from '../views/user-view.js';

/** A session. The current one ends at its deadline. */
export interface UserSession {
  readonly onlineAt: Date;
  readonly offlineAt: Date;
}

export interface SessionsRange {
  /** Only sessions that end at or after this. */
  readonly from?: Date;
  /** Only sessions that begin before this. */
  readonly before?: Date;
  /** Default: oldest first. */
  readonly order?: 'asc' | 'desc';
}

/** The device that heals, or says goodbye. */
export interface DeviceOptions {
  /** 1 to 64 of `A-Za-z0-9._-`. Default: the device without a name. */
  readonly device?: string;
  /** Kept for the device, up to 1,024 bytes of JSON; null removes it. Default: it stays as it is. */
  readonly meta?: Readonly<Record<string, unknown>> | null;
}

/** A user who has come online or gone offline. */
export interface UserChanged {
  readonly id: string;
  readonly status: UserStatus;
  /** When it happened: for a silent user the deadline, not when that was noticed. */
  readonly at: Date;
}

/** A device of a user that heals, among others. */
export interface DeviceOfUser extends DeviceOptions {
  readonly id: UserIdLike;
}

export interface CheckupOptions {
  /** Default: none. */
  readonly fields?: readonly CheckupField[];
}

/** Checkups of many users. */
export interface CheckedUp {
  /** In the order of the call, without the rejected ones. */
  readonly results: readonly CheckedUser[];
  readonly rejected: BatchResult['rejected'];
}

/** The number of users. */
export interface UserCounts {
  readonly online: number;
}

const aDevice = must(
  'a text of 1 to 64 of A-Za-z0-9._-',
  (value) => typeof value === 'string' && isDeviceName(value),
);
const aMeta = must(
  `an object of at most ${MOST_META} bytes of JSON, or null`,
  (value) => value === null || (isPlain(value) && metaText(value) !== undefined),
);
const GOODBYE = objectOf({ device: one(aDevice) });
const HEAL = objectOf({ device: one(aDevice), meta: one(aMeta) });
const ENTRY = objectOf({ id: () => [], device: one(aDevice), meta: one(aMeta) });
const someFields = must(
  'a list of lastSeen and devices',
  (value) => Array.isArray(value) && value.every((field) => field === 'lastSeen' || field === 'devices'),
);
const CHECKUP = objectOf({ fields: one(someFields) });
const RANGE = objectOf({ from: one(aDate), before: one(aDate), order: one(oneOf('asc', 'desc')) });

/** What is said of a call with something else. */
const USERS = ['users', 'ids'] as const;

/** The page size of a walk over all users. */
const PAGE = 1000;

/** Users who are kept online by heals. docs/api.md explains each call, by the same name. */
export class Users {
  readonly #daemon: () => Promise<Daemon>;

  constructor(daemon: () => Promise<Daemon>) {
    this.#daemon = daemon;
  }

  /** Resolves once a session that it opens is stored. */
  async heal(user: UserIdLike, device: DeviceOptions = {}): Promise<'online'> {
    refuseProblems('device', HEAL(device, 'device'));
    const { meta, ...named } = device;
    await this.#ask('heal', user, { ...named, meta: meta && metaText(meta) });
    return 'online';
  }

  /**
   * Heals all of them, except those it returns as rejected. A refused one does not affect the others.
   *
   * @param users ids, and objects with an id, a device and meta
   */
  async healMany(users: Iterable<UserIdLike | DeviceOfUser>): Promise<BatchResult> {
    const daemon = await this.#daemon();
    const batch = parsedBatch(USERS, users, (user) => healOf(daemon.users.ids, user));
    const ids = batch.ids.map(({ id }) => id);
    return batchResult(batch, await askUsers(daemon, 'heal', ids));
  }

  /** Ends all devices of the user, or only the one that is named. @returns the status afterwards */
  async goodbye(user: UserIdLike, device: Pick<DeviceOptions, 'device'> = {}): Promise<UserStatus> {
    refuseProblems('device', GOODBYE(device, 'device'));
    const reply = await this.#ask('goodbye', user, device);
    return reply.kind === 'online' ? 'online' : 'offline';
  }

  async checkup(user: UserIdLike): Promise<UserStatus> {
    const reply = await this.#ask('checkup', user);
    return reply.kind === 'online' ? 'online' : 'offline';
  }

  /** @param options which fields to add to each user. Of an offline one, `lastSeen` is read from the store */
  async checkupMany(users: Iterable<UserIdLike>, options: CheckupOptions = {}): Promise<CheckedUp> {
    refuseProblems('options', CHECKUP(options, 'options'));
    const fields = new Set(options.fields);
    const daemon = await this.#daemon();
    const { ids, rejected } = parsedBatch(USERS, users, (user) => userIdOf(daemon.users.ids, user));
    return duringCall(daemon, async () => {
      const all = ids.map(({ id }) => id);
      const replies = await askUsers(daemon, fields.size === 0 ? 'checkup' : 'describe', all);
      const results: CheckedUser[] = [];
      for (const [at, { id, index }] of ids.entries()) {
        const reply = replies[at];
        if (reply?.kind === 'refused') rejected.push({ index, error: sentenceFor(reply.code) });
        else if (reply?.kind !== 'described')
          results.push({ id, status: reply?.kind === 'online' ? 'online' : 'offline' });
        else results.push(checked(id, fields, await factsOf(daemon, id, reply, fields.has('lastSeen'))));
      }
      return { results, rejected: inOrder(rejected) };
    });
  }

  /** What is known about the user. */
  async get(user: UserIdLike): Promise<UserDescription> {
    const daemon = await this.#daemon();
    const id = userIdOf(daemon.users.ids, user);
    return duringCall(daemon, async () => {
      const reply = await askUser(daemon, 'describe', id);
      if (reply.kind !== 'described') throw new TypeError(`'describe' was answered '${reply.kind}'`);
      return described(id, await factsOf(daemon, id, reply, true));
    });
  }

  /**
   * The users who are online, by id: integers by their value, texts by the bytes of their UTF-8. One who is online all the
   * time appears exactly once. What is not pulled is not asked for.
   */
  async *list(): AsyncGenerator<OnlineUser> {
    const daemon = await this.#daemon();
    let after: UserId | undefined;
    do {
      const { users, next } = await duringCall(daemon, () => daemon.users.online(after, PAGE));
      yield* users.map(({ id, session }) => onlineUser(id, session));
      after = next;
    } while (after !== undefined);
  }

  async counts(): Promise<UserCounts> {
    return { online: (await this.#daemon()).users.count };
  }

  /** The sessions one by one. What is not pulled is not read. */
  async *heartRhythm(user: UserIdLike, range: SessionsRange = {}): AsyncGenerator<UserSession> {
    refuseProblems('range', RANGE(range, 'range'));
    const daemon = await this.#daemon();
    const id = userIdOf(daemon.users.ids, user);
    const { from, before, order = 'asc' } = range;
    const within = { from: instantOf(from), before: instantOf(before), order };
    for await (const chunk of pulled(daemon, daemon.users.history(id, within))) {
      for (const { onlineAt, offlineAt } of chunk)
        yield { onlineAt: new Date(onlineAt), offlineAt: new Date(offlineAt) };
    }
  }

  /**
   * What changes, as it happens: first the state of the users who are named, then each change of it. It goes on until
   * the instance closes; ending the loop ends it. What is not pulled takes no memory, up to 100,000 events.
   *
   * @throws HeartbeatError if it is pulled so slowly that events are lost
   */
  events(options: UserEventsOptions = {}): AsyncGenerator<UserEvent> {
    return userEvents(this.#daemon, options);
  }

  /** Deletes everything stored about the user for good. */
  async erase(user: UserIdLike): Promise<void> {
    await this.#ask('erase', user);
  }

  async #ask(
    kind: UserCommand['kind'],
    user: UserIdLike,
    device?: DeviceHeal,
  ): Promise<Exclude<UserReply, { kind: 'refused' }>> {
    const daemon = await this.#daemon();
    return askUser(daemon, kind, userIdOf(daemon.users.ids, user), device);
  }
}

function healOf(ids: UserIds, entry: UserIdLike | DeviceOfUser): UserId | UserDevice {
  if (typeof entry !== 'object') return userIdOf(ids, entry);
  refuseProblems('entry', ENTRY(entry, 'entry'));
  const { id, meta, ...named } = entry;
  return { user: userIdOf(ids, id), ...named, meta: meta && metaText(meta) };
}
