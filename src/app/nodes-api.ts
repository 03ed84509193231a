import type { NodeReply, NodeRequest, DescribedNode } from '../../actors/node/node.protocol.js';
import type { NodeQuota } from '../domain/access.js';
import type { Flip, NodeState } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import type { Instant } from '../domain/time.js';
import type { Uptime } from '../domain/uptime.js';
import type { DependencyChanges } from './dependency-changes.js';
import type { FlipRange } from '../ports/history-store.js';

/** All that the HTTP API asks of the daemon about nodes. */
export interface NodesDaemon {
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
