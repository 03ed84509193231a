import type { AlertRecord, LastHold } from '../domain/alert.js';
import type { BlindInterval } from '../domain/blindness.js';
import type { Flip, NodeStatus, Pause, Registration } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import type { Recovery } from '../domain/recovery.js';
import type { EndedSession, OpenSession } from '../domain/session.js';
import type { Instant } from '../domain/time.js';
import type { UserId } from '../domain/user-id.js';
import type { ObservedTime } from '../domain/observed-time.js';
import type { Outbox } from './outbox.js';

/** One fact to be stored. A batch of them is stored whole or not at all, in the order given. */
export type HistoryRecord =
  /** A session began. */
  | { readonly kind: 'opened'; readonly user: UserId; readonly onlineAt: Instant }
  /** A session ended; it is no longer among the open ones. */
  | {
      readonly kind: 'ended';
      readonly user: UserId;
      readonly onlineAt: Instant;
      readonly offlineAt: Instant;
      readonly lastSeen: Instant;
    }
  /** An opening that was refused to its asker, and may all the same have reached the disk: it never was. */
  | { readonly kind: 'unopened'; readonly user: UserId }
  /** An end that was refused to its asker, and may all the same have reached the disk: the session goes on. */
  | {
      readonly kind: 'unended';
      readonly user: UserId;
      readonly onlineAt: Instant;
      readonly offlineAt: Instant;
    }
  /**
   * Every end before `at` is on disk, so a session without one was open then. The daemon was alive at `aliveAt`, which
   * is `at` where it is left out.
   */
  | { readonly kind: 'watermark'; readonly at: Instant; readonly aliveAt?: Instant }
  /** What a restart decided. Once it is settled, the `healed` records before it are removed. */
  | { readonly kind: 'recovered'; readonly recovery: Recovery }
  /** These recovered sessions have been healed since, in recovery number `generation`. */
  | { readonly kind: 'healed'; readonly generation: number; readonly users: readonly UserId[] }
  /** The daemon was blind. */
  | { readonly kind: 'blind'; readonly interval: BlindInterval }
  /** A node is registered, or its settings have changed. */
  | { readonly kind: 'registered'; readonly node: Registration }
  /** A node is forgotten, with all that was stored of it. */
  | { readonly kind: 'forgotten'; readonly node: NodeName }
  /** How nodes stand; a later one of the same node replaces the earlier. */
  | { readonly kind: 'statuses'; readonly nodes: readonly NodeStanding[] }
  /** A node's state changed. Written again, it is the same flip. */
  | { readonly kind: 'flip'; readonly flip: Flip }
  /** A pause is over. A later one that began at the same instant replaces it. */
  | { readonly kind: 'paused'; readonly node: NodeName; readonly pause: Pause }
  /** How long the daemon has been awake. */
  | { readonly kind: 'vigil'; readonly vigil: ObservedTime }
  /** What became of alerts; new ones are in one batch with the flip that raised them. */
  | { readonly kind: 'alerts'; readonly records: readonly AlertRecord[] }
  /** Alerts are held for a mass failure. */
  | { readonly kind: 'held'; readonly hold: LastHold };

/** How a node stands. */
export interface NodeStanding {
  readonly name: NodeName;
  readonly status: NodeStatus;
}

/** A node as it is found on disk. */
export interface StoredNode {
  readonly node: Registration;
  readonly status: NodeStatus;
}

/** What is wrong with a store, beside a disk that refuses writes; a sentence that says what to do. */
export interface StoreTrouble {
  readonly kind: 'damaged' | 'missing';
  readonly message: string;
}

/** What a store knows when it is opened. */
export interface StoreSummary {
  readonly watermark: Instant | undefined;
  /** When the daemon was last known to be alive: at the watermark or later. */
  readonly aliveAt: Instant | undefined;
  readonly recovery: Recovery | undefined;
  /** No stored session ends later than this. */
  readonly latestEnd: Instant | undefined;
  /** Undefined before there was any node. */
  readonly vigil: ObservedTime | undefined;
}

/** How much of a user's history to read. */
export interface HistoryRange {
  /** Only sessions that end at or after this instant. */
  readonly from?: Instant | undefined;
  /** Only sessions that begin before this instant. */
  readonly before?: Instant | undefined;
  /** Continue behind the session that began at this instant, in the order asked for. */
  readonly after?: Instant | undefined;
  readonly order: 'asc' | 'desc';
}

/** Which of a node's flips to read. */
export interface FlipRange {
  /** Only flips at or after this instant. */
  readonly from?: Instant | undefined;
  /** Only flips before this instant. */
  readonly before?: Instant | undefined;
  /** Continue behind the flip at this instant, in the order asked for. */
  readonly after?: Instant | undefined;
  readonly order: 'asc' | 'desc';
}

/**
 * Where history is kept. One daemon owns it; the history actor alone writes to it, one batch at a time.
 * Failures are rejections with a `HeartbeatError`.
 */
export interface HistoryStore extends Outbox {
  /**
   * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED`, `…_CORRUPT`, `…_TOO_NEW`, `…_UNWRITABLE` or `…_FAILED`
   */
  open(): Promise<StoreSummary>;

  /** Safe to call twice, and on a store that never opened. */
  close(): Promise<void>;

  /** Opens again after a refused write. The store stays as it was when there is still no room to write. */
  reopen(): Promise<void>;

  /**
   * Resolves once all of it is on disk, synced. A rejected batch may or may not be: what of it is written again, or
   * taken back, comes in the next batch. After a rejection the store takes no writes until it was reopened.
   */
  write(batch: readonly HistoryRecord[]): Promise<void>;

  /** The sessions that have not ended, found by an index and in chunks. */
  openSessions(): AsyncIterable<readonly OpenSession[]>;

  /** Who was healed in which generation, for recovered sessions; later generations come last. */
  healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }>;

  /** The last ended session of a user. */
  lastSession(user: UserId): Promise<EndedSession | undefined>;

  /** A user's ended sessions within a range, in chunks; what is skipped is not read. */
  sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]>;

  /** Removes all that is stored of a user, for good; what is left of it in files goes in the background. */
  erase(user: UserId): Promise<void>;

  /**
   * Removes at most `limit` sessions that ended before `before`, without reading what is kept.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  prune(before: Instant, limit: number): Promise<number>;

  /**
   * Removes at most `limit` flips, and pauses that were over, from before `before`, without reading what is kept.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  pruneNodes(before: Instant, limit: number): Promise<number>;

  /**
   * Removes at most `limit` alerts that were raised before `before`, but none about which something is still to be done.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  pruneAlerts(before: Instant, limit: number): Promise<number>;

  /**
   * Removes at most `limit` blind intervals, the oldest first: those that were over before `before`, and those beyond
   * the newest `most`.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  pruneBlind(before: Instant, most: number, limit: number): Promise<number>;

  /** The blind intervals, newest first. */
  blindIntervals(limit: number): Promise<readonly BlindInterval[]>;

  /** The blind intervals that overlap with a range, oldest first, in chunks. */
  blindBetween(from: Instant, to: Instant): AsyncIterable<readonly BlindInterval[]>;

  /** Every node that is registered, in chunks, in the order of their names' bytes in UTF-8. */
  nodes(): AsyncIterable<readonly StoredNode[]>;

  /**
   * The names behind `after`, or from the first, in chunks and in the same order; none that sorts before `from`.
   */
  nodeNames(after: NodeName | undefined, from?: string): AsyncIterable<readonly NodeName[]>;

  /** A node's flips within a range, in chunks; what is skipped is not read. */
  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]>;

  /** A node's pauses that are over, oldest first, in chunks. */
  pauses(node: NodeName): AsyncIterable<readonly Pause[]>;

  /** How many ended sessions are stored, exactly. */
  countSessions(): number;

  /** Bytes on disk, about. */
  size(): Promise<number>;

  /** Undefined while whatever was read was sound, and the files are where they belong. */
  readonly trouble: StoreTrouble | undefined;

  /** How often damage was met. */
  readonly damages: number;

  /** Looks whether the files are still there. What is found comes to `trouble`. */
  checkPresence(): Promise<void>;

  /**
   * Reads on in the files and looks whether they are sound. What is found comes to `trouble`.
   *
   * @param bytes about how much to read
   * @returns whether all has been read; the next call begins anew then
   */
  checkFiles(bytes: number): Promise<boolean>;
}
