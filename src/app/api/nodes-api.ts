import type { DescribedNode, NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { NodeFilter } from '../../../actors/node/nodes-reader.js';
import type { NodeQuota } from '../../domain/access.js';
import type { Flip } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { ProbeResult } from '../../domain/probe.js';
import type { Instant } from '../../domain/time.js';
import type { Uptime } from '../../domain/uptime.js';
import type { UptimeReport, UptimeReportOfNodes, UptimeRequest } from '../../domain/uptime-report.js';
import type { FlipRange, PingFacts } from '../../ports/history-store.js';
import type { DependencyChanges } from '../dependencies.js';

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
