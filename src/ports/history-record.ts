import type { AlertRecord, LastHold, UnnotifiedOf } from '../domain/alert.js';
import type { BlindInterval } from '../domain/blindness.js';
import type { Acknowledgement, Flip, NodeStatus, Pause, Registration } from '../domain/node.js';
import type { StoredJob } from '../domain/job.js';
import type { KeptPing } from '../domain/ping.js';
import type { NodeName } from '../domain/node-name.js';
import type { Recovery } from '../domain/recovery.js';
import type { OverrideId, RotaOverride } from '../domain/rota-override.js';
import type { SignIn } from '../domain/sign-in.js';
import type { Silence, SilenceId } from '../domain/silence.js';
import type { StatusIncident, StatusIncidentId } from '../domain/status-incident.js';
import type { StatusPage } from '../domain/status-page.js';
import type { Instant } from '../domain/time.js';
import type { KeptProbeResults } from '../domain/probe.js';
import type { UptimeDay, UptimeMarks } from '../domain/uptime-day.js';
import type { UserId } from '../domain/user-id.js';
import type { ObservedTime } from '../domain/observed-time.js';

/** A fact to be stored. A batch is stored completely or not at all, in the order given. */
export type HistoryRecord =
  /** A session began. */
  | { readonly kind: 'opened'; readonly user: UserId; readonly onlineAt: Instant }
  /** A session ended and leaves the index of open sessions. */
  | {
      readonly kind: 'ended';
      readonly user: UserId;
      readonly onlineAt: Instant;
      readonly offlineAt: Instant;
      readonly lastSeen: Instant;
    }
  /** Undoes an opening that was refused with an error but may have reached the disk. */
  | { readonly kind: 'unopened'; readonly user: UserId }
  /** Undoes an end that was refused with an error but may have reached the disk: the session goes on. */
  | {
      readonly kind: 'unended';
      readonly user: UserId;
      readonly onlineAt: Instant;
      readonly offlineAt: Instant;
    }
  /**
   * Every end before `at` is on disk, so a session without one was open then. The daemon was alive at `aliveAt`; if
   * absent, at `at`.
   */
  | { readonly kind: 'watermark'; readonly at: Instant; readonly aliveAt?: Instant }
  /** The decision of a restart. Once it is settled, the `healed` records before it are removed. */
  | { readonly kind: 'recovered'; readonly recovery: Recovery }
  /** Recovered sessions that were healed in this generation. */
  | { readonly kind: 'healed'; readonly generation: number; readonly users: readonly UserId[] }
  /** The daemon was blind. */
  | { readonly kind: 'blind'; readonly interval: BlindInterval }
  /** A node was registered, or its settings changed. */
  | { readonly kind: 'registered'; readonly node: Registration }
  /** A node was deleted, with all that was stored of it. */
  | { readonly kind: 'forgotten'; readonly node: NodeName }
  /** Statuses of nodes; a later one of the same node replaces the earlier. */
  | { readonly kind: 'statuses'; readonly nodes: readonly NamedStatus[] }
  /** A node's state changed. Idempotent: written again, it is the same flip. */
  | { readonly kind: 'flip'; readonly flip: Flip }
  /** A pause ended. A later record with the same beginning replaces it. */
  | { readonly kind: 'paused'; readonly node: NodeName; readonly pause: Pause }
  /** The failure of a node was acknowledged. A later record of the same failure replaces the earlier. */
  | { readonly kind: 'acknowledged'; readonly node: NodeName; readonly acknowledgement: Acknowledgement }
  /** The acknowledgement of the failure that began at this instant was taken back. */
  | { readonly kind: 'unacknowledged'; readonly node: NodeName; readonly since: Instant }
  /** The uptime of nodes by days, which outlives their flips. A later record of the same day replaces the earlier. */
  | UptimeDaysRecord
  | ProbeResultsRecord
  /** The observed time so far. */
  | { readonly kind: 'observed_time'; readonly observed: ObservedTime }
  /** Deliveries of alerts. New alerts are in one batch with the flip that raised them. */
  | {
      readonly kind: 'alerts';
      readonly records: readonly AlertRecord[];
      /** The channels of a node replace those stored before. */
      readonly unnotified?: readonly UnnotifiedOf[];
    }
  /** Silences; a later one of the same id replaces the earlier. */
  | {
      readonly kind: 'silences';
      readonly silences: readonly Silence[];
      /** These are removed. */
      readonly forgotten: readonly SilenceId[];
    }
  /** Status pages that were made through the API; a later one of the same name replaces the earlier. */
  | {
      readonly kind: 'status_pages';
      readonly pages: readonly StatusPage[];
      /** The names of those that are removed. */
      readonly forgotten: readonly string[];
    }
  /** Incidents of status pages; a later one of the same id replaces the earlier. */
  | {
      readonly kind: 'incidents';
      readonly incidents: readonly StatusIncident[];
      /** These are removed. */
      readonly forgotten: readonly StatusIncidentId[];
    }
  /** Overrides of rotas, likewise. */
  | {
      readonly kind: 'overrides';
      readonly overrides: readonly RotaOverride[];
      readonly forgotten: readonly OverrideId[];
    }
  /** Sign-ins, and the hashes of those that are removed. */
  | {
      readonly kind: 'sign_ins';
      readonly signIns: readonly SignIn[];
      readonly forgotten: readonly string[];
    }
  /** Alerts are held for a mass failure. */
  | { readonly kind: 'held'; readonly hold: LastHold }
  /** The store is that of one of several partitions. */
  | { readonly kind: 'membership'; readonly membership: Membership }
  /** From here on ids of users may be texts. */
  | { readonly kind: 'text_ids' }
  /** The secret from which ping UUIDs are derived. */
  | { readonly kind: 'ping_secret'; readonly secret: Uint8Array }
  | PingedRecord
  /** Ping UUIDs of nodes; undefined removes one. */
  | { readonly kind: 'ping_uuids'; readonly uuids: readonly PingUuid[] };

/** What is stored of a node's job, and the ping that changed it, which replaces the oldest beyond 100. */
interface PingedRecord {
  readonly kind: 'pinged';
  readonly node: NodeName;
  readonly job: StoredJob;
  readonly ping?: KeptPing;
}

interface UptimeDaysRecord {
  readonly kind: 'uptime_days';
  /** Nodes that are not registered are left out. */
  readonly nodes: readonly { readonly node: NodeName; readonly days: readonly UptimeDay[] }[];
  /** What is known once these and all before are stored. What is absent stays. */
  readonly marks?: Partial<UptimeMarks>;
}

interface ProbeResultsRecord {
  readonly kind: 'probe_results';
  /** They replace those of the node before. Nodes that are not registered are left out. */
  readonly kept: readonly KeptProbeResults[];
  /** Nodes of which none are kept. */
  readonly forgotten: readonly NodeName[];
}

/** Whose ping UUID it is. */
export interface PingUuid {
  readonly uuid: string;
  readonly node: NodeName | undefined;
}

/** Which of several partitions a store belongs to, so that a lost or misplaced one is noticed. */
export interface Membership {
  /** The partitions that were made together. */
  readonly set: string;
  readonly partition: string;
  /** Into how many the users are divided. */
  readonly partitions: number;
}

/** A node's status with its name. */
export interface NamedStatus {
  readonly name: NodeName;
  readonly status: NodeStatus;
}
