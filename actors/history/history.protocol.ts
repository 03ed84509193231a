import type { AlertRecord, LastHold } from '../../src/domain/alert.js';
import type { BlindInterval } from '../../src/domain/blindness.js';
import type { Flip, NodeStatus, Pause, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Recovery } from '../../src/domain/recovery.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { EndedSession } from '../../src/domain/session.js';
import type { Instant } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { ObservedTime } from '../../src/domain/observed-time.js';
import type { ErrorCode } from '../../src/errors.js';
import type { NodeStanding } from '../../src/ports/history-store.js';

/** What a user's actor asks history to keep. Those of one user are stored in the order they were submitted. */
export type UserEntry =
  /** A session begins. It is settled with where it really begins: never before the last one ended. */
  | { readonly kind: 'open'; readonly shard: ShardIndex; readonly user: UserId; readonly onlineAt: Instant }
  /** A session ends by a goodbye, and somebody waits for it. */
  | {
      readonly kind: 'close';
      readonly shard: ShardIndex;
      readonly user: UserId;
      readonly session: EndedSession;
    }
  /** A session has ended by itself. It is never refused, and not settled. */
  | { readonly kind: 'end'; readonly user: UserId; readonly session: EndedSession }
  /** A session found at a restart has been healed for the first time, which the next restart has to know. */
  | {
      readonly kind: 'resume';
      readonly shard: ShardIndex;
      readonly user: UserId;
      /** The restart that found it. */
      readonly generation: number;
    }
  /** Settled once all that was submitted before it is stored. */
  | { readonly kind: 'flush'; readonly shard: ShardIndex; readonly user: UserId }
  /** All that is stored of a user goes, and with it the session that began at `onlineAt`, if one goes on. */
  | {
      readonly kind: 'erase';
      readonly shard: ShardIndex;
      readonly user: UserId;
      readonly onlineAt: Instant | undefined;
    };

/** What the daemon itself asks history to keep. */
export type DaemonEntry =
  | { readonly kind: 'watermark'; readonly at: Instant; readonly aliveAt?: Instant }
  | { readonly kind: 'recovered'; readonly recovery: Recovery }
  | { readonly kind: 'healed'; readonly generation: number; readonly users: readonly UserId[] }
  | { readonly kind: 'blind'; readonly interval: BlindInterval }
  /** What became of alerts. It is stored whole or not at all. */
  | { readonly kind: 'alerts'; readonly records: readonly AlertRecord[] }
  | { readonly kind: 'held'; readonly hold: LastHold };

/** What a node's actor asks history to keep and waits for; it is refused when the disk is full. */
export type NodeChangeEntry =
  /** There is such a node. */
  | {
      readonly kind: 'register';
      readonly shard: ShardIndex;
      readonly node: NodeName;
      readonly registration: Registration;
      readonly status: NodeStatus;
    }
  /** What was chosen for it changes, and with it a pause may be over. */
  | {
      readonly kind: 'change';
      readonly shard: ShardIndex;
      readonly node: NodeName;
      readonly before: Registration;
      readonly registration: Registration;
      readonly status: NodeStatus;
      readonly pause: Pause | undefined;
      /** Stored in one batch with it. */
      readonly alerts: readonly AlertRecord[];
    }
  /** All that is stored of it goes. */
  | {
      readonly kind: 'forget';
      readonly shard: ShardIndex;
      readonly node: NodeName;
      readonly before: Registration;
      readonly status: NodeStatus;
      /** Stored in one batch with it. */
      readonly alerts: readonly AlertRecord[];
    };

/**
 * How a node stands, where somebody is told only once it is on disk. It is never refused: where the disk is, it is
 * settled all the same, and a flip is stored later.
 */
export interface StandingEntry {
  readonly kind: 'standing';
  readonly shard: ShardIndex;
  readonly node: NodeName;
  /** Tells it from the node's others. */
  readonly number: number;
  readonly status: NodeStatus;
  /** Undefined for a heartbeat that changed no state. */
  readonly flip: Flip | undefined;
  /** Stored in one batch with the flip. */
  readonly alerts: readonly AlertRecord[];
}

export type NodeEntry =
  | NodeChangeEntry
  | StandingEntry
  | { readonly kind: 'statuses'; readonly nodes: readonly NodeStanding[] }
  | { readonly kind: 'vigil'; readonly vigil: ObservedTime };

export type HistoryEntry = UserEntry | DaemonEntry | NodeEntry;

/** What became of a node's entry. How it stands is settled once, stored or not. */
export type NodeSettlement = { readonly shard: ShardIndex; readonly node: NodeName } & (
  | { readonly stored: true }
  | { readonly stored: false; readonly code: ErrorCode }
  | { readonly number: number }
);

/** What became of an entry that somebody waits for. A refused one is as if it had never been submitted. */
export type Settlement = { readonly shard: ShardIndex; readonly user: UserId } & (
  | { readonly stored: true; readonly onlineAt: Instant | undefined }
  | { readonly stored: false; readonly code: ErrorCode }
);

/** `refusing`: the disk takes no writes, or cannot be trusted; ends are kept in memory until it does. */
export type StoreState = 'open' | 'refusing';
