import type { DescribedNode, NodeReply, NodeRequest } from '../../actors/node/node.protocol.js';
import type { NotifierCommand } from '../../actors/notifier/notifier.protocol.js';
import type { UserCommand, UserReply } from '../../actors/user/user.protocol.js';
import type { NodeQuota } from '../domain/access.js';
import type { AlertRecord } from '../domain/alert.js';
import type { Flip, NodeState } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import type { Overload } from '../domain/overload.js';
import type { EndedSession, Session } from '../domain/session.js';
import type { Instant, Millis } from '../domain/time.js';
import type { Uptime } from '../domain/uptime.js';
import type { UserId } from '../domain/user-id.js';
import type { FlipRange, HistoryRange } from '../ports/history-store.js';
import type { AlertRange } from '../ports/outbox.js';
import type { DaemonFacts } from './daemon-facts.js';
import type { DependencyChanges } from './dependencies.js';

/** What the application offers to those that speak for it: HTTP and the library. */
export interface Daemon {
  readonly users: UsersApi;

  readonly nodes: NodesApi;

  readonly alerts: AlertsApi;

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

/** What is asked of users. */
export interface UsersApi {
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

  /** Who is online: those who have an actor. */
  online(): Iterable<UserId>;

  /** How many are online. */
  readonly count: number;
}

/** What is asked of nodes. */
export interface NodesApi {
  /**
   * Asks a node's actor. To be called in the same turn in which the request was read, since it takes the time.
   *
   * @param answered is called once; a refusal is a reply too
   * @param quota of whoever asks: a node that this registers counts towards it
   */
  ask(name: NodeName, request: NodeRequest, answered: (reply: NodeReply) => void, quota?: NodeQuota): void;

  /** Changes of what nodes depend on that are under way: whoever changes it does so by these. */
  readonly dependencyChanges: DependencyChanges;

  /** Hands over many heartbeats at once; the replies come together, in the order of the names. */
  heartbeats(
    names: readonly NodeName[],
    answered: (replies: readonly NodeReply[]) => void,
    quota?: NodeQuota,
  ): void;

  /**
   * Nodes by name, those that match, behind `after` or from the first.
   *
   * @throws HeartbeatError when the store cannot be read
   */
  list(
    filter: {
      readonly state?: NodeState | undefined;
      readonly label?: { readonly key: string; readonly value: string } | undefined;
      readonly paused?: boolean | undefined;
      /** What the name begins with. */
      readonly name?: string | undefined;
      /** Beginnings of names, one of which it must have. */
      readonly prefixes?: readonly string[] | undefined;
    },
    after: NodeName | undefined,
    limit: number,
  ): Promise<{ readonly nodes: readonly DescribedNode[]; readonly next: NodeName | undefined }>;

  /** A node's flips in chunks; nothing is read that was not pulled. */
  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]>;

  /** How long a node was what, over as much of a range as is known of it. */
  uptime(
    node: DescribedNode,
    range: { readonly from: Instant | undefined; readonly to: Instant | undefined },
  ): Promise<{ readonly from: Instant; readonly to: Instant; readonly uptime: Uptime }>;
}

/** What is asked of alerts and channels. */
export interface AlertsApi {
  /** The names of the channels that are configured. */
  readonly channels: readonly string[];

  /**
   * Alerts as they are now, newest first, in chunks; nothing is read that was not pulled.
   *
   * @throws HeartbeatError when the store cannot be read
   */
  list(range: AlertRange): AsyncIterable<readonly AlertRecord[]>;

  /** Its `answered` is called once; a refusal is a reply too. */
  command(command: NotifierCommand): void;
}
