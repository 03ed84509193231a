import type { Overload } from '../domain/overload.js';
import type { EndedSession, Session } from '../domain/session.js';
import type { Millis } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';
import type { HistoryRange } from '../ports/history-store.js';
import type { UserCommand, UserReply } from '../../actors/user/user.protocol.js';
import type { AlertsDaemon } from './alerts-api.js';
import type { DaemonFacts } from './daemon-facts.js';
import type { NodesDaemon } from './nodes-api.js';

/** All that the HTTP API asks of the rest of the daemon. */
export interface Daemon {
  /**
   * Asks a user's actor. To be called in the same turn in which the request was read, since it takes the time.
   *
   * @param answered is called once; a refusal is a reply too
   */
  ask(kind: UserCommand['kind'], user: UserId, answered: (reply: UserReply) => void): void;

  /** Asks many users' actors at once; the replies come together, in the order of the users. */
  askMany(
    kind: 'heal' | 'checkup',
    users: readonly UserId[],
    answered: (replies: readonly UserReply[]) => void,
  ): void;

  /**
   * A user's sessions in chunks, oldest or newest first: those on disk, those on their way there, and the one
   * that is going on, which ends at its deadline. Nothing is read that was not pulled.
   *
   * @throws HeartbeatError when the store cannot be read
   */
  history(user: UserId, range: HistoryRange): AsyncIterable<readonly Session[]>;

  /** The last session that ended, wherever it is. */
  lastSession(user: UserId): Promise<EndedSession | undefined>;

  /**
   * Takes the time of a request that has been read and cannot be handled yet: nobody expires whom it may hold. To be
   * called in the same turn in which it was read.
   *
   * @param atMost how long anybody's time waits for it; however long it takes if not given
   * @returns handles it at last, as of when it was read; to be called once, whatever became of the request
   */
  defer(atMost?: Millis): (handle: () => void) => void;

  /**
   * Told of every request that was turned away for want of capacity, or was read where passes of the event loop go on
   * taking too long: for a while few users may come online.
   */
  overloaded(overload: Overload): void;

  readonly nodes: NodesDaemon;

  readonly alerts: AlertsDaemon;

  /**
   * Whether users and nodes can be asked: not while the daemon starts. It may serve and not be ready, for when the store
   * refuses writes, heals that need none go on.
   */
  readonly serving: boolean;

  /** Empty when the daemon is ready; otherwise why it is not, a phrase each. */
  unready(): readonly string[];

  /** What `GET /metrics` is made of. It is there while the daemon starts too. */
  facts(): Promise<DaemonFacts>;

  /** What `GET /supervision` answers. */
  supervision(): Promise<object>;
}
