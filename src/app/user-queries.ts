import { HistoryReader } from '../../actors/history/history-reader.js';
import { sendToAll } from '../../actors/shards/send-to-all.js';
import type { UserCommand, UserReply } from '../../actors/user/user.protocol.js';
import type { EndedSession, Session } from '../domain/session.js';
import { shardOf } from '../domain/shard.js';
import type { UserId } from '../domain/user-id.js';
import { HeartbeatError } from '../errors.js';
import type { UsersApi } from './api.js';
import type { HistoryRange, HistoryStore } from '../ports/history-store.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { Actors } from './assemble.js';
import { settled } from './settled.js';

/** Queries and requests about users: to their actors, and to history. */
export class UserQueries implements UsersApi {
  readonly #actors: Pick<Actors, 'history' | 'shards' | 'nodes'>;
  readonly #watchdog: Watchdog;
  readonly #reader: HistoryReader;

  constructor(
    actors: Pick<Actors, 'history' | 'shards' | 'nodes'>,
    watchdog: Watchdog,
    store: Pick<HistoryStore, 'sessions' | 'lastSession'>,
  ) {
    this.#actors = actors;
    this.#watchdog = watchdog;
    this.#reader = new HistoryReader(store, (user) => actors.history.unstored(user));
  }

  ask(kind: UserCommand['kind'], user: UserId, answered: (reply: UserReply) => void): void {
    const { shards } = this.#actors;
    const { arrivedAt, readAt } = this.#watchdog.arrival();
    if (kind === 'checkup') shards.counts.checkups++;
    shards.ask(shardOf(user, shards.count), user, { kind, arrivedAt, readAt }, answered);
  }

  askMany(
    kind: 'heal' | 'checkup',
    users: readonly UserId[],
    answered: (replies: readonly UserReply[]) => void,
  ): void {
    const { shards } = this.#actors;
    const { arrivedAt, readAt } = this.#watchdog.arrival();
    if (kind === 'checkup') shards.counts.checkups += users.length;
    sendToAll(
      shards.count,
      users,
      (user) => user,
      (shard, share, done) => {
        shards.send(shard, { kind, users: share, arrivedAt, readAt }, done);
      },
      answered,
    );
  }

  async *history(user: UserId, range: HistoryRange): AsyncIterable<readonly Session[]> {
    const last = await this.#lastInMemory(user);
    await settled(this.#actors);
    yield* this.#reader.sessions(user, range, last);
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    await settled(this.#actors);
    return this.#reader.lastSession(user);
  }

  online(): Iterable<UserId> {
    return this.#actors.shards.online();
  }

  get count(): number {
    return this.#actors.shards.size;
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
