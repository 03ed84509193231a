import type { LinkUse } from '../../src/domain/action-link.js';
import type {
  Acknowledgement,
  Declared,
  Flip,
  NodeFacts,
  NodeSettings,
  SettingsChange,
  UsedLinks,
} from '../../src/domain/node.js';
import type { Ping } from '../../src/domain/ping.js';
import type { NodeQuota } from '../../src/domain/access.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { NodeProbe } from '../../src/domain/probe.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { Precondition } from '../../src/domain/precondition.js';
import type { Instant, Millis } from '../../src/domain/time.js';
import type { EntityRequest, Refusal } from '../shards/pending-request.js';

interface Addressed extends Pick<EntityRequest, 'arrivedAt' | 'readAt'> {
  readonly name: NodeName;
  /** The quota of the key that asks, if any: what it registers counts towards it. */
  readonly quota?: NodeQuota | undefined;
}

/** A request about a node, without its name and times. */
export type NodeRequest = (
  | { readonly kind: 'heartbeat' | 'describe' | 'forget' }
  /** Begins a pause, or changes when it ends by itself. */
  | { readonly kind: 'pause'; readonly until?: Instant | undefined }
  /** Ends the pause; with `until`, only one that ends by itself then. */
  | { readonly kind: 'resume'; readonly until?: Instant | undefined }
  /** The node reports a failure itself. */
  | { readonly kind: 'fail'; readonly reason?: string | undefined }
  /** The heartbeat is known not to come: the deadline is now. */
  | { readonly kind: 'miss' }
  /** Acknowledges the failure. */
  | ({ readonly kind: 'acknowledge' } & Pick<Acknowledgement, 'by' | 'reason' | 'until'> & {
        /** The signed link by which it is done. `since` is the instant of its failure. */
        readonly link?: { readonly use: LinkUse; readonly since: Instant };
      })
  /** Takes the acknowledgement back. */
  | { readonly kind: 'unacknowledge' }
  /** Registers the node, or changes its settings. */
  | { readonly kind: 'put'; readonly change: SettingsChange }
  /** Registers the node or gives it exactly these settings, and marks it, unless it has a mark. */
  | { readonly kind: 'declare'; readonly settings: NodeSettings; readonly mark: Declared }
  /** It left the file of declared nodes: deletes it if a file registered it. */
  | { readonly kind: 'prune' }
  /** It left the file of declared nodes, and stays: takes its mark away. */
  | { readonly kind: 'release' }
  /** Its probe has passed, or failed for this reason. It registers no node. */
  | { readonly kind: 'probed'; readonly failure: string | undefined }
  /** A ping of its job. With a UUID it is for the node only while it has that one. */
  | { readonly kind: 'ping'; readonly ping: Ping; readonly uuid?: string; readonly creates: boolean }
  /** Gives it another ping UUID. */
  | { readonly kind: 'renew_ping_uuid' }
) & { readonly precondition?: Precondition | undefined };

/** A command for a node. Plain data: it crosses the seam between the gateway and the shards. */
export type NodeCommand = NodeRequest & Addressed;

/** The heartbeat history of a node with an adaptive timeout. */
export interface DescribedHeartbeatHistory {
  /** Mean of the remembered intervals; undefined before the first. */
  readonly mean: Millis | undefined;
  /** The deviation used for the timeout. */
  readonly deviation: Millis | undefined;
  /** The number of remembered intervals. */
  readonly samples: number;
  /** φ of the present silence; undefined without an estimate. */
  readonly phi: number | undefined;
}

/** A node as its actor describes it. */
export interface DescribedNode extends NodeFacts {
  /** What was chosen for it. */
  readonly settings: NodeSettings;
  /** Present if the timeout is adaptive. */
  readonly heartbeatHistory?: DescribedHeartbeatHistory;
  readonly registeredAt: Instant;
  /** When the state began. */
  readonly since: Instant;
  /** When it misses its next heartbeat, or becomes late, or fails; undefined if it has failed or is paused. */
  readonly deadline: Instant | undefined;
  readonly pausedAt: Instant | undefined;
  /** When its pause ends by itself. */
  readonly pausedUntil?: Instant;
  /** Of a node that was pinged: when the run started that goes on, and how long the last one took. */
  readonly job?: { readonly started: Instant | undefined; readonly lastDuration: Millis | undefined };
  /** How long its job may take, if that was chosen, or it was pinged. Of a schedule it is a part. */
  readonly grace?: Millis;
  /** A slug that was chosen for it. */
  readonly chosenSlug?: string;
  /** How the daemon probes it. */
  readonly probe?: NodeProbe;
  /** When it was given another ping UUID than its first. */
  readonly pingUuidAt?: Instant;
  /** Present while the file of declared nodes names it. */
  readonly declared?: Declared;
  /** The acknowledgement of its failure, if any. */
  readonly acknowledged: Acknowledgement | undefined;
  /** The signed links that have acknowledged a failure of it, which may be over. */
  readonly usedLinks?: UsedLinks;
}

export type NodeReply =
  /** The heartbeat was accepted, and the node is active. */
  | { readonly kind: 'active' }
  /** The result of its probe counts, or it is not probed any more. */
  | { readonly kind: 'received' }
  | { readonly kind: 'node'; readonly node: DescribedNode; readonly created: boolean }
  | { readonly kind: 'forgotten' }
  /** The ping is on disk, and so is the node that it registered, if it did. */
  | { readonly kind: 'pinged'; readonly created: boolean }
  | Refusal;

/** A change of a node's state, and the node after it. */
export interface NodeFlip {
  readonly flip: Flip;
  readonly node: DescribedNode;
}

/** The seam. A shard may be anywhere, so its answers may come later, all those of one call together. */
export interface NodeShards {
  readonly count: number;

  ask(shard: ShardIndex, command: NodeCommand, answered: (reply: NodeReply) => void): void;

  /** @param answered gets one reply for each command, in their order */
  send(
    shard: ShardIndex,
    commands: readonly NodeCommand[],
    answered: (replies: readonly NodeReply[]) => void,
  ): void;
}
