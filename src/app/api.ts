import type { DescribedNode, NodeReply, NodeRequest } from '../../actors/node/node.protocol.js';
import type { NodeFilter } from '../../actors/node/nodes-reader.js';
import type {
  NotifierCommand,
  OverrideCommand,
  SilenceCommand,
} from '../../actors/notifier/notifier.protocol.js';
import type { IncidentReply, IncidentRequest } from '../../actors/records/status-incidents.protocol.js';
import type { LiveSession, UserCommand, UserDevice, UserReply } from '../../actors/user/user.protocol.js';
import type { NodeQuota, UserReach } from '../domain/access.js';
import type { AlertRecord } from '../domain/alert.js';
import type { BlindInterval } from '../domain/blindness.js';
import type { Flip } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import type { ProbeResult } from '../domain/probe.js';
import type { Overload } from '../domain/overload.js';
import type { DeviceHeal } from '../domain/device.js';
import type { EndedSession, Session } from '../domain/session.js';
import type { Rota } from '../domain/rota.js';
import type { RotaOverride } from '../domain/rota-override.js';
import type { SignIn } from '../domain/sign-in.js';
import type { Silence, SilencedInterval, SilenceId } from '../domain/silence.js';
import type { StatusIncident } from '../domain/status-incident.js';
import type { Instant, Millis } from '../domain/time.js';
import type { Uptime } from '../domain/uptime.js';
import type { UptimeReport, UptimeReportOfNodes, UptimeRequest } from '../domain/uptime-report.js';
import type { UserId, UserIds } from '../domain/user-id.js';
import type { ConfigurationDiff } from '../ports/configuration.js';
import type { MessagePreview } from '../ports/message-preview.js';
import type { FlipRange, HistoryRange, PingFacts } from '../ports/history-store.js';
import type { AlertRange } from '../ports/outbox.js';
import type { ConnectedClients, DaemonFacts, Stats } from './daemon-facts.js';
import type { EventsApi } from './events/events-api.js';
import type { DependencyChanges } from './dependencies.js';

/** What the application offers to HTTP, the library and the command line. */
export interface Daemon {
  readonly users: UsersApi;

  readonly nodes: NodesApi;

  readonly alerts: AlertsApi;

  readonly silences: SilencesApi;

  readonly rotas: RotasApi;

  readonly pings: PingsApi;

  readonly probes: ProbesApi;

  readonly incidents: IncidentsApi;

  readonly signIns: SignInsApi;

  readonly events: EventsApi;

  /**
   * Holds time for a request that was read and cannot be handled yet, so that no user whom it may heal expires. Call it
   * in the turn in which the request was read.
   *
   * @param atMost the longest that time is held; no limit if absent
   * @returns handles the request as of when it was read; call it once, whatever became of the request
   */
  defer(atMost?: Millis): (handle: () => void) => void;

  /**
   * Reports a request that was refused for lack of capacity, or read while too many passes of the event loop are long:
   * for a while, fewer users may come online.
   */
  overloaded(overload: Overload): void;

  /**
   * Whether users and nodes can be asked; false while the daemon starts. It may serve without storing: while the store
   * refuses writes, heals that need none continue.
   */
  readonly serving: boolean;

  /** Why the daemon must get no requests, a phrase each; empty if it is ready. */
  unready(): readonly string[];

  /** Why it cannot store everything that it should, a phrase each; empty if it can. Includes why it is not ready. */
  notStoring(): readonly string[];

  /** The last time in which the daemon heard nobody; undefined if there was none. */
  readonly lastBlind: BlindInterval | undefined;

  /** The data for `GET /metrics`, also while the daemon starts. */
  facts(): Promise<DaemonFacts>;

  /** The clients of the gateway, which sets it. */
  connected: ConnectedClients;

  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` while a partition is away */
  stats(): Stats;

  /** What a reload of the configuration would do now. */
  configurationDiff(): Promise<ConfigurationDiff>;

  /**
   * The text of a backup of the store as it is now, in pieces of whole lines.
   *
   * @returns undefined for a history in memory, or one that is divided into partitions
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while the store is away, or if it cannot be read
   */
  backup(): AsyncIterable<string> | undefined;

  /** The answer to `GET /supervision`. */
  supervision(): Promise<object>;
}

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

/** Nodes. */
export interface NodesApi {
  /**
   * Asks a node's actor. Call it in the turn in which the request was read, since it takes the time.
   *
   * @param answered is called once; a refusal is a reply too
   * @param quota of the caller: a node that this registers counts towards it
   */
  ask(name: NodeName, request: NodeRequest, answered: (reply: NodeReply) => void, quota?: NodeQuota): void;

  /** Changes of dependencies that are under way. Every change of dependencies goes through this. */
  readonly dependencyChanges: DependencyChanges;

  /** Passes on many heartbeats at once. The replies come together, in the order of the names. */
  heartbeats(
    names: readonly NodeName[],
    answered: (replies: readonly NodeReply[]) => void,
    quota?: NodeQuota,
  ): void;

  /**
   * Matching nodes by name, after `after` or from the first.
   *
   * @throws HeartbeatError if the store cannot be read
   */
  list(
    filter: NodeFilter,
    after: NodeName | undefined,
    limit: number,
  ): Promise<{ readonly nodes: readonly DescribedNode[]; readonly next: NodeName | undefined }>;

  /** A node's flips in chunks. What is not pulled is not read. */
  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]>;

  /** Time spent in each state over a range, as far as it is known. */
  uptime(
    node: DescribedNode,
    range: { readonly from: Instant | undefined; readonly to: Instant | undefined },
  ): Promise<{ readonly from: Instant; readonly to: Instant; readonly uptime: Uptime }>;

  /** A node's uptime by days and months, with its incidents. */
  uptimeReport(node: DescribedNode, request: UptimeRequest): Promise<UptimeReport>;

  /**
   * The same of all matching nodes together, with each node's share. One report is made at a time.
   *
   * @param isWanted asked while the report is made: nobody may be waiting for it any more
   * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY` for too many nodes
   */
  uptimeReportOf(
    filter: NodeFilter,
    request: UptimeRequest,
    isWanted: () => boolean,
  ): Promise<UptimeReportOfNodes>;
}

/** Alerts and channels. */
export interface AlertsApi {
  /** The names of the configured channels. */
  readonly channels: readonly string[];

  /**
   * Present alerts, newest first, in chunks. What is not pulled is not read.
   *
   * @throws HeartbeatError if the store cannot be read
   */
  list(range: AlertRange): AsyncIterable<readonly AlertRecord[]>;

  /** What a channel would send of each type of alert that it gets; undefined if there is no such channel. */
  preview(channel: string): Promise<ChannelPreview | undefined>;

  /** Its `answered` is called once; a refusal is a reply too. */
  command(command: NotifierCommand): void;
}

/** What a channel would send, without secrets. */
export interface ChannelPreview {
  readonly kind: string;
  /** Empty if a program made the channel. */
  readonly previews: readonly MessagePreview[];
}

/** Who is on call. */
export interface RotasApi {
  /** Those of the configuration in force. */
  readonly all: readonly Rota[];

  /**
   * The overrides that are kept, of any rota, oldest first.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere
   */
  overrides(): readonly RotaOverride[];

  /** Its `answered` is called once, when the change is on disk; a refusal is a reply too. */
  command(command: OverrideCommand): void;
}

/** Pings of jobs. */
export interface PingsApi {
  /** How much is kept of the body of one, from its beginning, in bytes. */
  readonly bodyLimit: number;

  /**
   * The secret UUID by which pings name a node.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while nodes are watched elsewhere; so do the others
   */
  uuidOf(node: Pick<DescribedNode, 'name' | 'registeredAt' | 'pingUuidAt'>): string;

  /**
   * The node that has this ping UUID, or had it until just now.
   *
   * @throws HeartbeatError if the store cannot be read
   */
  withUuid(uuid: string): Promise<NodeName | undefined>;

  /** The pings of a node that are kept, newest first, in chunks: those with a smaller number than `before`. */
  kept(node: NodeName, before?: number): AsyncIterable<readonly PingFacts[]>;

  /** What is kept of the body of a ping; undefined if there is no such ping. */
  body(node: NodeName, n: number): Promise<Uint8Array | undefined>;

  /** The nodes that have this slug: at most one by its name, and those for which it was chosen. */
  withSlug(slug: string): readonly NodeName[];
}

/** Probes of nodes. */
export interface ProbesApi {
  /** The last results of a node, newest first; none while nodes are watched elsewhere. */
  resultsOf(node: NodeName): readonly ProbeResult[];
}

/** What people wrote for status pages. */
export interface IncidentsApi {
  /**
   * Newest first. The array stays the same until one of them changes.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere
   */
  of(page: string): readonly StatusIncident[];

  /** @param answered is called once, when the change is on disk; a refusal is a reply too */
  request(request: IncidentRequest, answered: (reply: IncidentReply) => void): void;
}

/** Sign-ins of browsers. */
export interface SignInsApi {
  /**
   * Undefined if there is no such sign-in, or it has ended.
   *
   * @param hash SHA-256 of its token, in lower-case hex
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere; so do the next two
   */
  find(hash: string): SignIn | undefined;

  /**
   * Resolves once it is on disk.
   *
   * @throws HeartbeatError if the store refuses it
   */
  begin(signIn: SignIn): Promise<void>;

  /**
   * Ends one at once; idempotent. Resolves when that is on disk.
   *
   * @throws HeartbeatError if the store refuses writes: it is stored later
   */
  end(hash: string): Promise<void>;

  /**
   * Replaces the rules, and ends at once all that they do not keep: of the last run, too.
   *
   * @param ended called for each sign-in that ends
   */
  rule(keeps: (signIn: SignIn) => boolean, ended: (signIn: SignIn) => void): void;
}

/** Silences. */
export interface SilencesApi {
  /**
   * All that are kept, oldest first.
   *
   * @param isMaintenance those of maintenance windows, with the next of each window, in place of the others
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere
   */
  list(isMaintenance?: boolean): readonly Silence[];

  /** @throws HeartbeatError likewise */
  get(id: SilenceId): Silence | undefined;

  /** Whether a signed link has made one of them. @throws HeartbeatError likewise */
  usesLink(id: string): boolean;

  /** Its `answered` is called once, when the change is on disk; a refusal is a reply too. */
  command(command: SilenceCommand): void;

  /** The active silences of a node; none while silences are kept elsewhere. */
  of(node: Pick<DescribedNode, 'name' | 'labels'>): readonly SilenceId[];

  /** The maintenance windows that are not over: of each, its present or its next time. @throws HeartbeatError likewise */
  maintenance(): readonly Silence[];

  /** The maintenance window that a node is in; of several, the one that ends last. */
  maintenanceOf(node: Pick<DescribedNode, 'name' | 'labels'>): Silence | undefined;

  /**
   * When a node with these labels was silenced within a range, earliest first; nothing while silences are kept
   * elsewhere.
   */
  intervalsOf(
    node: Pick<DescribedNode, 'name' | 'labels'>,
    range: { readonly from: Instant; readonly to: Instant },
  ): Promise<readonly SilencedInterval[]>;
}
