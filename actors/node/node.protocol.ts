import type { Acknowledgement, NodeFacts, SettingsChange } from '../../src/domain/node.js';
import type { NodeQuota } from '../../src/domain/access.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';

interface Addressed {
  readonly name: NodeName;
  /** The earliest that the request may have arrived: what deadlines are compared with. */
  readonly arrivedAt: Moment;
  /** When it was read: what new deadlines are counted from. */
  readonly readAt: Moment;
  /** Of the key that asks, if it has one: what it registers counts towards this. */
  readonly quota?: NodeQuota | undefined;
}

/**
 * A condition of a request (RFC 9110, 13.1): that there is such a node, that there is none, or one that never holds, since
 * it names an entity tag and no node has one.
 */
export type Precondition = 'exists' | 'absent' | 'never';

/** What is asked of a node, apart from whom and when. */
export type NodeRequest = (
  | { readonly kind: 'heartbeat' | 'describe' | 'pause' | 'resume' | 'forget' }
  /** The node itself reports trouble. */
  | { readonly kind: 'fail'; readonly reason?: string | undefined }
  /** Somebody knows that the heartbeat will not come: its deadline is now. */
  | { readonly kind: 'miss' }
  /** Somebody takes care of its failure. */
  | ({ readonly kind: 'acknowledge' } & Pick<Acknowledgement, 'by' | 'reason' | 'until'>)
  /** Nobody does any more. */
  | { readonly kind: 'unacknowledge' }
  /** Registers the node, or changes what was chosen for it. */
  | { readonly kind: 'put'; readonly change: SettingsChange }
) & { readonly precondition?: Precondition | undefined };

/** What may be asked of a node. Plain data: it crosses the seam between the ways in and the shards. */
export type NodeCommand = NodeRequest & Addressed;

/** What is known of the rhythm of a node whose timeout follows it. */
export interface DescribedRhythm {
  /** Of the intervals between heartbeats, as far as they are remembered; undefined before there was one. */
  readonly mean: Millis | undefined;
  /** The one that is reckoned with. */
  readonly deviation: Millis | undefined;
  /** How many are remembered. */
  readonly samples: number;
  /** How improbable its silence is; undefined while too little is known to tell. */
  readonly phi: number | undefined;
}

/** A node as it is shown. */
export interface DescribedNode extends NodeFacts {
  /** There where the timeout is adaptive. */
  readonly rhythm?: DescribedRhythm;
  readonly registeredAt: Instant;
  /** When it came to its state. */
  readonly since: Instant;
  /** When it misses its next heartbeat; undefined of who has failed or is paused. */
  readonly deadline: Instant | undefined;
  readonly pausedAt: Instant | undefined;
  /** Who takes care of its failure; undefined of nobody, and of one that has not failed. */
  readonly acknowledged: Acknowledgement | undefined;
}

export type NodeReply =
  /** The heartbeat was taken, and the node is active. */
  | { readonly kind: 'active' }
  | { readonly kind: 'node'; readonly node: DescribedNode; readonly created: boolean }
  | { readonly kind: 'forgotten' }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

/** The seam. A shard may be anywhere, so its answers come later, all those of one call together. */
export interface Nodes {
  readonly count: number;

  /** @param answered gets one reply for each command, in their order */
  send(
    shard: ShardIndex,
    commands: readonly NodeCommand[],
    answered: (replies: readonly NodeReply[]) => void,
  ): void;
}
