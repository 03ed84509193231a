import type { BlindInterval } from '../../domain/blindness.js';
import type { Overload } from '../../domain/overload.js';
import type { Millis } from '../../domain/time.js';
import type { ConfigurationDiff } from '../../ports/configuration.js';
import type { ClusterFacts, ConnectedClients, DaemonFacts, Stats } from '../daemon-facts.js';
import type { EventsApi } from '../events/events-api.js';
import type { UsersApi } from './users-api.js';
import type { NodesApi, PingsApi, ProbesApi } from './nodes-api.js';
import type { AlertsApi, SilencesApi, RotasApi } from './alerts-api.js';
import type { StatusPagesApi, SignInsApi } from './pages-api.js';

/** What the application offers to HTTP, the library and the command line. */
export interface Daemon {
  readonly users: UsersApi;

  readonly nodes: NodesApi;

  readonly alerts: AlertsApi;

  readonly silences: SilencesApi;

  readonly rotas: RotasApi;

  readonly pings: PingsApi;

  readonly probes: ProbesApi;

  readonly statusPages: StatusPagesApi;

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

  /** The members of the cluster, and who owns what; undefined for a daemon that stands alone. */
  cluster(): ClusterFacts | undefined;

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
