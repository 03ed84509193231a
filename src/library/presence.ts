import type { LiveDevice, UserCommand, UserReply } from '../../actors/user/user.protocol.js';
import { isDeviceName, metaText, MOST_META, type DeviceHeal } from '../domain/device.js';
import type { UserId } from '../domain/user-id.js';
import type { Daemon } from '../app/api.js';
import { sentenceFor } from '../views/messages.js';
import { factsOfOffline, factsOfOnline, type UserFacts, type UserStatus } from '../views/user-view.js';
import { askUser, askUsers, dateOf, instantOf, userIdOf, type UserIdLike } from './arguments.js';
import {
  aDate,
  expectArgument,
  isIterable,
  isObject,
  isPlain,
  must,
  objectOf,
  one,
  oneOf,
  refuseProblems,
  shown,
} from './checks.js';
import { duringCall, pulled } from './calls.js';
import type { Beaten } from './nodes.js';

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

/** The device that heals, or says goodbye. */
export interface DeviceOptions {
  /** 1 to 64 of `A-Za-z0-9._-`. Default: the device without a name. */
  readonly device?: string;
  /** Kept for the device, up to 1,024 bytes of JSON; null removes it. Default: it stays as it is. */
  readonly meta?: Readonly<Record<string, unknown>> | null;
}

/** A device that keeps its user online. */
interface UserDevice {
  /** Undefined for the device without a name. */
  readonly device: string | undefined;
  readonly since: Date;
  readonly lastSeen: Date;
  readonly deadline: Date;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/** A user who has come online or gone offline. */
export interface UserChanged {
  readonly id: string;
  readonly status: UserStatus;
  /** When it happened: for a silent user the deadline, not when that was noticed. */
  readonly at: Date;
}

/** Checkups of many users. */
export interface CheckedUp {
  /** In the order of the call, without the rejected ones. */
  readonly results: readonly { readonly id: string; readonly status: UserStatus }[];
  readonly rejected: Beaten['rejected'];
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

const RANGE = objectOf({ from: one(aDate), before: one(aDate), order: one(oneOf('asc', 'desc')) });

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

  /** Heals all of them, except those it returns as rejected. A refused one does not affect the others. */
  async healMany(users: Iterable<UserIdLike>): Promise<Beaten> {
    const daemon = await this.#daemon();
    const { ids, rejected } = idsOf(daemon, users);
    const replies = await askUsers(
      daemon,
      'heal',
      ids.map(({ id }) => id),
    );
    replies.forEach((reply, at) => {
      if (reply.kind === 'refused')
        rejected.push({ index: ids[at]?.index ?? at, error: sentenceFor(reply.code) });
    });
    const accepted = replies.filter(({ kind }) => kind !== 'refused').length;
    return { accepted, rejected: inOrder(rejected) };
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

  async checkupMany(users: Iterable<UserIdLike>): Promise<CheckedUp> {
    const daemon = await this.#daemon();
    const { ids, rejected } = idsOf(daemon, users);
    const replies = await askUsers(
      daemon,
      'checkup',
      ids.map(({ id }) => id),
    );
    const results: { id: string; status: UserStatus }[] = [];
    ids.forEach(({ id, index }, at) => {
      const reply = replies[at];
      if (reply?.kind === 'refused') rejected.push({ index, error: sentenceFor(reply.code) });
      else results.push({ id, status: reply?.kind === 'online' ? 'online' : 'offline' });
    });
    return { results, rejected: inOrder(rejected) };
  }

  /** What is known about the user. */
  async get(user: UserIdLike): Promise<UserDescription> {
    const daemon = await this.#daemon();
    const id = userIdOf(daemon.users.ids, user);
    return duringCall(daemon, async () => {
      const reply = await askUser(daemon, 'describe', id);
      if (reply.kind !== 'described') throw new TypeError(`'describe' was answered '${reply.kind}'`);
      if (reply.session !== undefined) return described(id, factsOfOnline(reply.session));
      return described(id, factsOfOffline(reply.ended ?? (await daemon.users.lastSession(id))));
    });
  }

  /** The ids of the users who are online now, unordered. What is not pulled is not looked at. */
  async *list(): AsyncGenerator<string> {
    yield* (await this.#daemon()).users.online();
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

interface Ids {
  readonly ids: readonly { readonly id: UserId; readonly index: number }[];
  readonly rejected: { index: number; error: string }[];
}

/** @throws TypeError if it is not a list */
function idsOf(daemon: Daemon, users: Iterable<UserIdLike>): Ids {
  expectArgument('users', users, (value) =>
    isIterable(value) ? undefined : `must be a list of ids, not ${shown(value)}`,
  );
  const ids: { id: UserId; index: number }[] = [];
  const rejected: Ids['rejected'] = [];
  [...users].forEach((user, index) => {
    try {
      ids.push({ id: userIdOf(daemon.users.ids, user), index });
    } catch (error) {
      rejected.push({ index, error: error instanceof Error ? error.message : String(error) });
    }
  });
  return { ids, rejected };
}

function inOrder(rejected: Ids['rejected']): Beaten['rejected'] {
  return rejected.sort((left, right) => left.index - right.index);
}

function described(id: UserId, { status, since, lastSeen, deadline, devices }: UserFacts): UserDescription {
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
  return isObject(value) ? value : {};
}
