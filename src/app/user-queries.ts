import { sendToAll } from '../../actors/shards/send-to-all.js';
import type { UserCommand, UserDevice, UserReply } from '../../actors/user/user.protocol.js';
import type { UserReach } from '../domain/access.js';
import type { DeviceHeal } from '../domain/device.js';
import type { EndedSession, Session } from '../domain/session.js';
import { shardOf } from '../domain/shard.js';
import type { UserId, UserIds } from '../domain/user-id.js';
import { HeartbeatError } from '../errors.js';
import type { OnlineUsers, UsersApi } from './api/users-api.js';
import type { HistoryRange } from '../ports/history-store.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { Actors } from './assemble.js';
import { onlineUsers } from './online-users.js';
import type { OwnershipCheck } from './ownership-check.js';

/** Queries and requests about users: to their actors, and to history. */
export class UserQueries implements UsersApi {
  readonly ids: UserIds;
  readonly #actors: Pick<Actors, 'users' | 'counts' | 'partitionOf' | 'online'>;
  readonly #watchdog: Watchdog;
  readonly #ownership: OwnershipCheck;

  constructor(
    ids: UserIds,
    actors: Pick<Actors, 'users' | 'counts' | 'partitionOf' | 'online'>,
    watchdog: Watchdog,
    ownership: OwnershipCheck,
  ) {
    this.ids = ids;
    this.#actors = actors;
    this.#watchdog = watchdog;
    this.#ownership = ownership;
  }

  ask(
    kind: UserCommand['kind'],
    user: UserId,
    answered: (reply: UserReply) => void,
    device?: DeviceHeal,
  ): void {
    const { users, counts } = this.#actors;
    const { arrivedAt, readAt } = this.#watchdog.arrival();
    if (kind === 'checkup') counts.checkups++;
    const request =
      device === undefined ? { kind, arrivedAt, readAt } : { kind, arrivedAt, readAt, ...device };
    users.ask(shardOf(user, users.count), user, request, this.#ownership.one(answered));
  }

  askMany(
    kind: 'heal' | 'checkup' | 'describe',
    ids: readonly (UserId | UserDevice)[],
    answered: (replies: readonly UserReply[]) => void,
  ): void {
    const { users, counts } = this.#actors;
    const { arrivedAt, readAt } = this.#watchdog.arrival();
    if (kind === 'checkup') counts.checkups += ids.length;
    sendToAll(
      users.count,
      ids,
      (item) => (typeof item === 'string' ? item : item.user),
      (shard, share, done) => {
        users.send(shard, { kind, users: share, arrivedAt, readAt }, done);
      },
      this.#ownership.all<UserReply>(answered),
    );
  }

  async *history(user: UserId, range: HistoryRange): AsyncIterable<readonly Session[]> {
    const last = await this.#lastInMemory(user);
    const partition = this.#actors.partitionOf(user).answering;
    await partition.settled();
    yield* partition.sessions.sessions(user, range, last);
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    const partition = this.#actors.partitionOf(user).answering;
    await partition.settled();
    const last = await partition.sessions.lastSession(user);
    this.#ownership.check();
    return last;
  }

  async online(after: UserId | undefined, limit: number, reach?: UserReach): Promise<OnlineUsers> {
    this.#ownership.check();
    const describe = (users: readonly UserId[], answered: (replies: readonly UserReply[]) => void): void =>
      this.askMany('describe', users, answered);
    const page = await onlineUsers(this.#actors.online, describe, { after, limit, reach });
    this.#ownership.check();
    return page;
  }

  get count(): number {
    return this.#actors.users.size;
  }

  /** The current session, or one whose end has not been noticed yet. */
  #lastInMemory(user: UserId): Promise<Session | undefined> {
    return new Promise((resolve, reject) => {
      this.ask('describe', user, (reply) => {
        if (reply.kind === 'described') resolve(inMemory(reply));
        else if (reply.kind === 'refused')
          reject(new HeartbeatError(reply.code, 'the user could not be asked'));
        else reject(new TypeError(`'describe' was answered '${reply.kind}'`));
      });
    });
  }
}

function inMemory({ session, ended }: Extract<UserReply, { kind: 'described' }>): Session | undefined {
  return session === undefined ? ended : { onlineAt: session.onlineAt, offlineAt: session.deadline };
}
