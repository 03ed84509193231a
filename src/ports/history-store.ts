import type { BlindInterval } from '../domain/blindness.js';
import type { Acknowledgement, Flip, NodeStatus, Pause, Registration } from '../domain/node.js';
import type { StoredJob } from '../domain/job.js';
import type { KeptPing } from '../domain/ping.js';
import type { NodeName } from '../domain/node-name.js';
import type { KeptProbeResults, NodeWithProbe } from '../domain/probe.js';
import type { Recovery } from '../domain/recovery.js';
import type { EndedSession, OpenSession } from '../domain/session.js';
import type { StatusIncident } from '../domain/status-incident.js';
import type { StatusPage } from '../domain/status-page.js';
import type { SignIn } from '../domain/sign-in.js';
import type { Instant } from '../domain/time.js';
import type { UptimeDay, UptimeMarks } from '../domain/uptime-day.js';
import type { UserId } from '../domain/user-id.js';
import type { ObservedTime } from '../domain/observed-time.js';
import type { Outbox } from './outbox.js';
import type { HistoryRecord, Membership } from './history-record.js';

/** A ping that is kept, without its body. */
export type PingFacts = Omit<KeptPing, 'body'>;

/** A node as found on disk. */
export interface StoredNode {
  readonly node: Registration;
  readonly status: NodeStatus;
  /** Present if it was pinged. */
  readonly job?: StoredJob;
}

/** Damage or a missing directory, as opposed to a disk that refuses writes: a sentence that says what to do. */
export interface StoreTrouble {
  readonly kind: 'damaged' | 'missing';
  readonly message: string;
}

/** What the size of a store is made up of. Indexes count with what they index. */
export type KindOfRecord = 'sessions' | 'nodes' | 'pings' | 'alerts';

/** What a store takes, and what is left. */
export interface DiskUse {
  /** Bytes that are left on the disk; undefined for a disk of another machine. */
  readonly free: number | undefined;
  /** About how many bytes are taken by what, without what was written just now; undefined where it cannot be told. */
  readonly kinds: Readonly<Record<KindOfRecord, number>> | undefined;
}

/** What is known once the store is open. */
export interface StoreSummary {
  readonly watermark: Instant | undefined;
  /** When the daemon was last known to be alive: not before the watermark. */
  readonly aliveAt: Instant | undefined;
  readonly recovery: Recovery | undefined;
  /** No stored session ends later. */
  readonly latestEnd: Instant | undefined;
  /** Undefined before the first node. */
  readonly observed: ObservedTime | undefined;
  /** Undefined for the only partition, and before the first run of several. */
  readonly membership: Membership | undefined;
  /** Whether ids of users may be texts. A daemon with `user_ids: integer` cannot read them. */
  readonly hasTextIds: boolean;
  /** Undefined before ping UUIDs of its nodes were stored. */
  readonly pingSecret: Uint8Array | undefined;
}

/** Which of a user's sessions to read. */
export interface HistoryRange {
  /** Only sessions that end at or after this instant. */
  readonly from?: Instant | undefined;
  /** Only sessions that begin before this instant. */
  readonly before?: Instant | undefined;
  /** Continue after the session that began at this instant, in the requested order. */
  readonly after?: Instant | undefined;
  readonly order: 'asc' | 'desc';
}

/** Which of a node's flips to read. */
export interface FlipRange {
  /** Only flips at or after this instant. */
  readonly from?: Instant | undefined;
  /** Only flips before this instant. */
  readonly before?: Instant | undefined;
  /** Continue after the flip at this instant, in the requested order. */
  readonly after?: Instant | undefined;
  readonly order: 'asc' | 'desc';
}

/**
 * The store. One daemon owns it, and the history actor alone writes to it, one batch at a time. Failures are rejections
 * with a `HeartbeatError`.
 */
export interface HistoryStore extends Outbox {
  /**
   * @throws HeartbeatError `HEARTBEAT_STORE_LOCKED`, `…_CORRUPT`, `…_TOO_NEW`, `…_UNWRITABLE` or `…_FAILED`
   */
  open(): Promise<StoreSummary>;

  /** Idempotent, and allowed on a store that never opened. */
  close(): Promise<void>;

  /** Opens the store again after a refused write. Changes nothing if there is still no room. */
  reopen(): Promise<void>;

  /**
   * Resolves once the batch is on disk, synced. A rejected batch may be on disk or not: the next batch repeats or
   * undoes its records. After a rejection the store takes no writes until it is reopened.
   */
  write(batch: readonly HistoryRecord[]): Promise<void>;

  /** Sessions without an end, found by an index, in chunks. */
  openSessions(): AsyncIterable<readonly OpenSession[]>;

  /** Which recovered sessions were healed in which generation; of each user, later generations come last. */
  healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }>;

  /** The last ended session of a user. */
  lastSession(user: UserId): Promise<EndedSession | undefined>;

  /** A user's ended sessions in a range, in chunks. Sessions outside it are not read. */
  sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]>;

  /**
   * Removes everything stored about a user for good, or a part of it: first the oldest ended sessions, and at last the
   * open one. What is left in files is removed in the background.
   *
   * @returns whether nothing is left; otherwise the next call goes on
   */
  erase(user: UserId): Promise<boolean>;

  /**
   * Removes at most `limit` sessions that ended before `before`, without reading the others.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  prune(before: Instant, limit: number): Promise<number>;

  /**
   * Removes at most `limit` flips, ended pauses and acknowledgements of failures from before `before`, without reading
   * the others. Only whole UTC days go, and only once the uptime of these days is stored.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  pruneNodes(before: Instant, limit: number): Promise<number>;

  /**
   * Removes at most `limit` alerts raised before `before`, except open ones.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  pruneAlerts(before: Instant, limit: number): Promise<number>;

  /**
   * Removes at most `limit` blind intervals, oldest first: those that ended before `before`, and those beyond the
   * newest `most`. Where there are nodes, those of days whose uptime is not stored stay.
   *
   * @returns how many were removed; fewer than `limit` means that none are left
   */
  pruneBlind(before: Instant, most: number, limit: number): Promise<number>;

  /**
   * Gives the space of what was pruned back to the file system, in the background. Until then it takes as much as before,
   * and reads go over it. Resolves once that is asked for, and not when it is done: what a close interrupts is left.
   *
   * @throws HeartbeatError if the store is not open
   */
  reclaim(): Promise<void>;

  /** The blind intervals, newest first. */
  blindIntervals(limit: number): Promise<readonly BlindInterval[]>;

  /** The blind intervals that overlap a range, oldest first, in chunks. */
  blindBetween(from: Instant, to: Instant): AsyncIterable<readonly BlindInterval[]>;

  /** Every registered node, in chunks, ordered by the UTF-8 bytes of the names. */
  nodes(): AsyncIterable<readonly StoredNode[]>;

  /** Names after `after`, or from the first, in chunks and in the same order; none that sorts before `from`. */
  nodeNames(after: NodeName | undefined, from?: string): AsyncIterable<readonly NodeName[]>;

  /** A node's flips in a range, in chunks. Flips outside it are not read. */
  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]>;

  /** A node's ended pauses, oldest first, in chunks. */
  pauses(node: NodeName): AsyncIterable<readonly Pause[]>;

  /** Acknowledgements of a node's failures that began in a range, its ends included; oldest first, in chunks. */
  acknowledgements(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly Acknowledgement[]>;

  /** The stored days of a node that overlap a range, oldest first, in chunks. */
  uptimeDays(
    node: NodeName,
    range: { readonly from: Instant; readonly to: Instant },
  ): AsyncIterable<readonly UptimeDay[]>;

  /** Which days are stored, and from where flips are. */
  uptimeMarks(): Promise<UptimeMarks>;

  /** The last results of these probes, as far as any are stored. A damaged record is left out, and shown in `trouble`. */
  probeResults(probed: readonly NodeWithProbe[]): Promise<readonly KeptProbeResults[]>;

  /**
   * Removes at most `limit` pings, oldest first, while those of all nodes take more than so many bytes.
   *
   * @returns how many were removed; fewer than `limit` means that the rest takes no more
   */
  prunePings(most: number, limit: number): Promise<number>;

  /** The pings of a node that are kept, newest first, in chunks: those with a smaller number than `before`. */
  pings(node: NodeName, before?: number): AsyncIterable<readonly PingFacts[]>;

  /** What is kept of the body of a ping, which may be empty; undefined if there is no such ping. */
  pingBody(node: NodeName, n: number): Promise<Uint8Array | undefined>;

  /** All stored sign-ins, in chunks. */
  signIns(): AsyncIterable<readonly SignIn[]>;

  /** The node that has this ping UUID, or had it. */
  nodeOfPing(uuid: string): Promise<NodeName | undefined>;

  /** Status pages that were made through the API, by name, in chunks. */
  statusPages(): AsyncIterable<readonly StatusPage[]>;

  /** Incidents of status pages, oldest first, in chunks. */
  statusIncidents(): AsyncIterable<readonly StatusIncident[]>;

  /**
   * The text of a backup, in pieces of whole lines: every record as of when the first piece is pulled, whatever is written
   * meanwhile. Damaged ones are among them as they are, and are reported in `trouble`.
   *
   * @param at the instant that it names
   * @returns undefined for a history in memory
   */
  backup(at: Instant): AsyncIterable<string> | undefined;

  /** The exact number of stored ended sessions. */
  countSessions(): number;

  /** Approximate bytes on disk. */
  size(): Promise<number>;

  /** Bytes that are left on the disk; undefined for a disk of another machine, and for a history in memory. */
  free(): Promise<number | undefined>;

  /**
   * What is left, and an estimate of what each kind of record takes: much dearer than `size` and `free`.
   *
   * @throws HeartbeatError if the store is not open
   */
  diskUse(): Promise<DiskUse>;

  /** Undefined while everything that was read was undamaged and the files are in place. */
  readonly trouble: StoreTrouble | undefined;

  /** How often damage was found. */
  readonly damages: number;

  /** Checks that the files still exist. The result is in `trouble`. */
  checkPresence(): Promise<void>;

  /**
   * Checks the next part of the files for damage. The result is in `trouble`.
   *
   * @param bytes about how much to read
   * @returns whether all has been read; the next call begins again
   */
  checkFiles(bytes: number): Promise<boolean>;
}
