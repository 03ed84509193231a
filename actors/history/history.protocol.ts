import type { AlertRecord, LastHold, UnnotifiedOf } from '../../src/domain/alert.js';
import type { BlindInterval } from '../../src/domain/blindness.js';
import type { Flip, NodeStatus, Pause, Registration } from '../../src/domain/node.js';
import type { StoredJob } from '../../src/domain/job.js';
import type { KeptPing } from '../../src/domain/ping.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { KeptProbeResults } from '../../src/domain/probe.js';
import type { Recovery } from '../../src/domain/recovery.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { EndedSession } from '../../src/domain/session.js';
import type { OverrideId, RotaOverride } from '../../src/domain/rota-override.js';
import type { SignIn } from '../../src/domain/sign-in.js';
import type { Silence, SilenceId } from '../../src/domain/silence.js';
import type { StatusIncident } from '../../src/domain/status-incident.js';
import type { StatusPage } from '../../src/domain/status-page.js';
import type { Instant } from '../../src/domain/time.js';
import type { UptimeDay, UptimeMarks } from '../../src/domain/uptime-day.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { ObservedTime } from '../../src/domain/observed-time.js';
import type { ErrorCode } from '../../src/errors.js';
import type { NamedStatus, PingUuid } from '../../src/ports/history-record.js';

/** Entries from a user's actor. Those of one user are stored in the order in which they were submitted. */
export type UserEntry =
  /** A session begins. The settlement has its real beginning: never before the last one ended. */
  | { readonly kind: 'open'; readonly shard: ShardIndex; readonly user: UserId; readonly onlineAt: Instant }
  /** A session ends by a goodbye, and somebody waits for the reply. */
  | {
      readonly kind: 'close';
      readonly shard: ShardIndex;
      readonly user: UserId;
      readonly session: EndedSession;
    }
  /** A session ended in silence. It is never refused and not settled. */
  | { readonly kind: 'end'; readonly user: UserId; readonly session: EndedSession }
  /** The first heal of a session found at a restart. The next restart needs it. */
  | {
      readonly kind: 'resume';
      readonly shard: ShardIndex;
      readonly user: UserId;
      /** The generation of the restart that found it. */
      readonly generation: number;
    }
  /** Settled once everything submitted before it is stored. */
  | { readonly kind: 'flush'; readonly shard: ShardIndex; readonly user: UserId }
  /** Erases everything stored about a user, including the current session if it began at `onlineAt`. */
  | {
      readonly kind: 'erase';
      readonly shard: ShardIndex;
      readonly user: UserId;
      readonly onlineAt: Instant | undefined;
    };

/** Entries from the daemon itself. */
export type DaemonEntry =
  | { readonly kind: 'watermark'; readonly at: Instant; readonly aliveAt?: Instant }
  | { readonly kind: 'recovered'; readonly recovery: Recovery }
  | { readonly kind: 'healed'; readonly generation: number; readonly users: readonly UserId[] }
  | { readonly kind: 'blind'; readonly interval: BlindInterval }
  /** Deliveries of alerts. Stored completely or not at all. */
  | {
      readonly kind: 'alerts';
      readonly records: readonly AlertRecord[];
      readonly unnotified?: readonly UnnotifiedOf[];
    }
  | { readonly kind: 'held'; readonly hold: LastHold }
  /** The secret of ping UUIDs, and those of nodes that have none on disk. */
  | { readonly kind: 'ping_secret'; readonly secret: Uint8Array }
  | { readonly kind: 'ping_uuids'; readonly uuids: readonly PingUuid[] }
  /** The uptime of nodes by days. Never refused. */
  | {
      readonly kind: 'uptime_days';
      readonly nodes: readonly { readonly node: NodeName; readonly days: readonly UptimeDay[] }[];
      readonly marks?: Partial<UptimeMarks>;
    }
  /** The last results of probes. Never refused. */
  | {
      readonly kind: 'probe_results';
      readonly kept: readonly KeptProbeResults[];
      readonly forgotten: readonly NodeName[];
    }
  /** Sign-ins that have ended by themselves. Never refused. */
  | { readonly kind: 'sign_ins'; readonly signIns: readonly SignIn[]; readonly forgotten: readonly string[] }
  /** Silences of maintenance windows, and old ones that are removed. Never refused. */
  | {
      readonly kind: 'silences';
      readonly silences: readonly Silence[];
      readonly forgotten: readonly SilenceId[];
    }
  /** Old overrides of rotas that are removed. Never refused. */
  | {
      readonly kind: 'overrides';
      readonly overrides: readonly RotaOverride[];
      readonly forgotten: readonly OverrideId[];
    };

/** Somebody signs in or out, and waits for the reply. Refused when the disk is full; a sign-out is stored later then. */
export interface SignInEntry {
  readonly kind: 'sign_in';
  readonly hash: string;
  /** Undefined for a sign-out. */
  readonly signIn: SignIn | undefined;
}

/** A silence is made, or ends, and somebody waits for the reply. Refused when the disk is full. */
export interface SilenceEntry {
  readonly kind: 'silence';
  /** As it is on disk; undefined for a new one. */
  readonly before: Silence | undefined;
  readonly silence: Silence;
}

/** A status page or its incidents change, and somebody waits for the reply. Refused when the disk is full. */
export interface StatusPagesEntry {
  readonly kind: 'status_pages';
  /** The page that is made, changed or deleted, and how it is on disk. */
  readonly page:
    | {
        readonly slug: string;
        readonly before: StatusPage | undefined;
        readonly after: StatusPage | undefined;
      }
    | undefined;
  readonly incidents: {
    /** Those that change or go, as they are on disk. */
    readonly before: readonly StatusIncident[];
    /** What they become, and new ones. */
    readonly after: readonly StatusIncident[];
  };
}

/** Likewise of an override of a rota. */
export interface OverrideEntry {
  readonly kind: 'override';
  readonly before: RotaOverride | undefined;
  readonly override: RotaOverride;
}

/** A change of something of which there are few, and which somebody waits for. */
export type RequestEntry = SilenceEntry | OverrideEntry | StatusPagesEntry | SignInEntry;

/** What is stored of a node's job beside a status. */
export interface PingedEntry {
  readonly job: StoredJob;
  readonly ping?: KeptPing;
}

/** Entries from a node's actor that somebody waits for. Refused when the disk is full. */
export type NodeChangeEntry =
  /** A node is registered. */
  | {
      readonly kind: 'register';
      readonly shard: ShardIndex;
      readonly node: NodeName;
      readonly registration: Registration;
      readonly status: NodeStatus;
      readonly pingUuid: string;
    }
  /** A node's settings change, which may end a pause. */
  | {
      readonly kind: 'change';
      readonly shard: ShardIndex;
      readonly node: NodeName;
      readonly before: Registration;
      readonly registration: Registration;
      readonly status: NodeStatus;
      readonly pause: Pause | undefined;
      /** Of a node that is given another one. */
      readonly pingUuid?: { readonly before: string; readonly after: string };
      /** Of a node that is paused while its job runs. */
      readonly job?: { readonly before: StoredJob; readonly after: StoredJob };
      /** Stored in the same batch. */
      readonly alerts: readonly AlertRecord[];
    }
  /** A node is deleted with everything stored about it. */
  | {
      readonly kind: 'forget';
      readonly shard: ShardIndex;
      readonly node: NodeName;
      readonly before: Registration;
      readonly status: NodeStatus;
      readonly pingUuid: string;
      /** Stored in the same batch. */
      readonly alerts: readonly AlertRecord[];
    };

/**
 * A node's status, if the reply must wait for the disk. Never refused: if the disk refuses it, it is settled all the
 * same, and a flip is stored later.
 */
export interface StatusEntry {
  readonly kind: 'status';
  readonly shard: ShardIndex;
  readonly node: NodeName;
  /** Distinguishes the statuses of one node. */
  readonly number: number;
  readonly status: NodeStatus;
  /** Undefined for a heartbeat that changed no state. */
  readonly flip: Flip | undefined;
  /** Stored in the same batch as the flip. */
  readonly alerts: readonly AlertRecord[];
  /** Of a node whose job is pinged. */
  readonly pinged?: PingedEntry;
}

export type NodeEntry =
  | NodeChangeEntry
  | StatusEntry
  | { readonly kind: 'statuses'; readonly nodes: readonly NamedStatus[] }
  | { readonly kind: 'observed_time'; readonly observed: ObservedTime };

export type HistoryEntry = UserEntry | DaemonEntry | NodeEntry | RequestEntry;

/** The result of a node's entry. A status is settled once, stored or not. */
export type NodeSettlement = { readonly shard: ShardIndex; readonly node: NodeName } & (
  | { readonly stored: true }
  | { readonly stored: false; readonly code: ErrorCode }
  | { readonly number: number }
);

/** The result of an entry that somebody waits for. A refused entry has no effect. */
export type Settlement = { readonly shard: ShardIndex; readonly user: UserId } & (
  | { readonly stored: true; readonly onlineAt: Instant | undefined }
  | { readonly stored: false; readonly code: ErrorCode }
);

/** The result of a request's entry. A refused one has no effect; a refused sign-out is stored later. */
export type RequestSettlement = { readonly entry: RequestEntry } & (
  | { readonly stored: true }
  | { readonly stored: false; readonly code: ErrorCode }
);

/** `refusing`: the disk takes no writes, or cannot be trusted; ends are kept in memory meanwhile. */
export type StoreState = 'open' | 'refusing';

/** Receives the results of entries. */
export interface SettlingDeps {
  settle(settlements: readonly Settlement[]): void;
  settleNodes(settlements: readonly NodeSettlement[]): void;
  settleRequests(settlements: readonly RequestSettlement[]): void;
  /** Alerts are on disk, or cannot be at present. */
  alertsCommitted(records: readonly AlertRecord[], stored: boolean): void;
}
