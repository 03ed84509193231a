import type { LiveSession, UserCommand, UserDevice, UserReply } from '../../../actors/user/user.protocol.js';
import type { UserReach } from '../../domain/access.js';
import type { DeviceHeal } from '../../domain/device.js';
import type { EndedSession, Session } from '../../domain/session.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import type { HistoryRange } from '../../ports/history-store.js';

/** Users. */
export interface UsersApi {
  /** How their ids are read and written. */
  readonly ids: UserIds;

  /**
   * Asks a user's actor. Call it in the turn in which the request was read, since it takes the time.
   *
   * @param answered is called once; a refusal is a reply too
   */
  ask(
    kind: UserCommand['kind'],
    user: UserId,
    answered: (reply: UserReply) => void,
    device?: DeviceHeal,
  ): void;

  /** Asks many users' actors at once. The replies come together, in the order of the users. */
  askMany(
    kind: 'heal' | 'checkup' | 'describe',
    users: readonly (UserId | UserDevice)[],
    answered: (replies: readonly UserReply[]) => void,
  ): void;

  /**
   * A user's sessions in chunks, oldest or newest first: those on disk, those on their way there, and the current one,
   * which ends at its deadline. What is not pulled is not read.
   *
   * @throws HeartbeatError if the store cannot be read
   */
  history(user: UserId, range: HistoryRange): AsyncIterable<readonly Session[]>;

  /** The last ended session, on disk or in memory. */
  lastSession(user: UserId): Promise<EndedSession | undefined>;

  /**
   * Users who are online, after `after` or from the first: integers by their value, texts by their bytes. A page may hold
   * fewer than `limit`, or none, while others follow.
   *
   * @param reach of the caller; undefined for everybody
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while a partition is away
   */
  online(after: UserId | undefined, limit: number, reach?: UserReach): Promise<OnlineUsers>;

  /** How many users are online. */
  readonly count: number;
}

/** A user who is online. */
export interface OnlineUser {
  readonly id: UserId;
  readonly session: LiveSession;
}

/** One page of them. */
export interface OnlineUsers {
  readonly users: readonly OnlineUser[];
  /** Continue after this user; undefined if no more follow. */
  readonly next: UserId | undefined;
}
