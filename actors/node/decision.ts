import type { NodeQuota } from '../../src/domain/access.js';
import type { Flip, NodeDefaults, Pause, Registration } from '../../src/domain/node.js';
import type { KeptPing, PingKind } from '../../src/domain/ping.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import type { CronSchedule, Timing } from '../../src/domain/schedule.js';
import type { ErrorCode } from '../../src/errors.js';
import type { Job } from './job.js';
import type { RegisteredNode } from './registered-node.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

/** What every heartbeat changes. It belongs to the actor, which moves it as the effects say. */
export interface Lease {
  /** Of a node that is neither paused nor failed. */
  readonly deadline: Moment;
  readonly lastHeartbeat: Instant | undefined;
  /** The total blind time when the node was last heard. */
  readonly heardBlind: Millis;
  /** Whether its present status must be on disk before it is answered, and is not yet. */
  readonly unstored: boolean;
  /** Of a node with an adaptive timeout, once it was heard. */
  readonly heartbeatHistory: HeartbeatHistory | undefined;
  /** Of a node with a schedule: when the heartbeat after the last one is or was expected. */
  readonly expected: Instant | undefined;
  /** Of a node that was pinged. */
  readonly job: Job | undefined;
  /** Of a node with a probe: why it failed last, if it failed since the last heartbeat or missed deadline. */
  readonly probeFailure: string | undefined;
}

/** The deadline of a node that is heard no more, and when its heartbeat is expected if it has a schedule. */
export interface Begun {
  readonly deadline: Moment;
  readonly expected: Instant | undefined;
}

export type NodePhase =
  | { readonly phase: 'unknown' }
  /** The registration is being written. */
  | ({ readonly phase: 'registering'; readonly by: NodeCommand['kind'] } & RegisteredNode)
  | ({ readonly phase: 'known' } & RegisteredNode)
  /** A change of settings is being written. The old ones apply until then. */
  | ({ readonly phase: 'changing'; readonly next: Registration } & RegisteredNode)
  /** The deletion is being written. The node is known until then, and its deadlines stand still. */
  | ({ readonly phase: 'leaving' } & RegisteredNode);

/** The result of a registration, change or deletion. */
export type Settled = { readonly kind: 'settled'; readonly at: Moment } & (
  | { readonly stored: true }
  | { readonly stored: false; readonly code: ErrorCode }
);

/** Statuses up to this number are stored, or cannot be stored at present. */
export interface StatusSettled {
  readonly kind: 'status_settled';
  readonly number: number;
}

export type NodeMessage =
  | NodeCommand
  /** Every request that arrived before `horizon` has been passed on. */
  | { readonly kind: 'expire'; readonly horizon: Moment }
  | Settled
  | StatusSettled;

/** The requests, replies and signals of a node. */
export interface NodeEntity {
  readonly key: NodeName;
  readonly request: NodeCommand;
  readonly reply: NodeReply;
  readonly signal: Settled | StatusSettled;
}

export type NodeEffect =
  /** Starts one timeout from `at`, or the wait of a schedule. A registration does so too, without being a heartbeat. */
  | { readonly kind: 'begin'; readonly at: Moment; readonly timing: Timing; readonly heartbeat: boolean }
  /** The same after a change of settings that gives the node a schedule, takes it away, or resumes it. */
  | { readonly kind: 'restart'; readonly at: Moment; readonly begun: Begun }
  /** Sets the deadline. */
  | { readonly kind: 'await'; readonly deadline: Moment }
  /** The next heartbeat ends no interval. */
  | { readonly kind: 'interrupt' }
  /** Check the deadline again when it comes round. */
  | { readonly kind: 'watch' }
  /** There is no deadline. */
  | { readonly kind: 'rest' }
  /** Store the status with the next checkpoint. */
  | { readonly kind: 'note' }
  /** The job after a ping, and what that said. */
  | { readonly kind: 'job'; readonly job: Job; readonly said: PingKind }
  /** The node's probe has failed; or undefined: a deadline was missed for it. */
  | { readonly kind: 'probe_failure'; readonly reason: string | undefined }
  /** @property ping the ping that is kept with it */
  | {
      readonly kind: 'flip';
      readonly flip: Flip;
      readonly known: RegisteredNode;
      readonly ping?: KeptPing;
    }
  | { readonly kind: 'answer'; readonly reply: NodeReply }
  /** Answer this message once the disk has settled what was submitted. */
  | { readonly kind: 'wait' }
  /** Store the status now. */
  | { readonly kind: 'store'; readonly known: RegisteredNode; readonly ping?: KeptPing }
  /** Answer this message once all submitted statuses are settled. */
  | { readonly kind: 'wait_for_status' }
  /** Answer everybody who waits: with what they asked for, or with the refusal. */
  | { readonly kind: 'release'; readonly refusal: ErrorCode | undefined; readonly created: boolean }
  /** Answer everybody who waits for statuses up to this number. */
  | { readonly kind: 'release_status'; readonly number: number }
  /** Handle this message again once the disk has settled, before later ones. */
  | { readonly kind: 'defer' }
  | { readonly kind: 'register'; readonly known: RegisteredNode }
  | {
      readonly kind: 'change';
      readonly known: RegisteredNode;
      readonly next: Registration;
      readonly pause: Pause | undefined;
      /** What starts again, if something does. */
      readonly begun: Begun | undefined;
    }
  | { readonly kind: 'forget'; readonly known: RegisteredNode };

export interface Decision {
  readonly state: NodePhase;
  readonly effects: readonly NodeEffect[];
}

/** The rules for all nodes, and access to time. */
export interface NodeRules extends NodeDefaults {
  /** Whether a heartbeat registers an unknown node. */
  readonly autoRegister: boolean;
  /** The total blind time of the daemon. */
  readonly blind: Millis;
  /** The most time that a node is given again after a blind interval. */
  readonly blindGrace: Millis;
  /** Whether a key may register one more node. */
  hasQuota(quota: NodeQuota): boolean;
  /** The wall clock at a moment. */
  wallAt(at: Moment): Instant;
  /**
   * The deadline one timeout after `since`, later if the daemon was blind in between.
   *
   * @param heardBlind as in the lease
   */
  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment;
  /** The total blind time at a moment just past. */
  blindAt(at: Moment): Millis;
  /** Whether another node has this slug, by its name or by its settings. */
  isSlugTaken(slug: string, by: NodeName): boolean;
  /** The secret UUID by which pings name a node. */
  pingUuidOf(node: Registration): string;
  /** The first instant after `after` at which a heartbeat is expected. */
  nextExpected(schedule: CronSchedule, after: Instant): Instant;
  /**
   * When a node is late for an instant at which it was expected: at that instant, unless the daemon was blind then. In
   * that case as long after the blind interval as blindness gives at most, or its grace if that is less.
   */
  lateAt(expected: Instant, grace: Millis): Moment;
}

export const UNKNOWN: NodePhase = { phase: 'unknown' };

export const NOT_KNOWN: NodeReply = { kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' };

export const NOTHING: readonly NodeEffect[] = [];
/** Handled after the change of this node that is being written. */
export const DEFER: readonly NodeEffect[] = [{ kind: 'defer' }];
export const WAIT: NodeEffect = { kind: 'wait' };

/** The same lease with another deadline. Field by field: an actor's are getters, which spreading leaves out. */
export function withDeadline(lease: Lease, deadline: Moment): Lease {
  const { lastHeartbeat, heardBlind, unstored, heartbeatHistory, expected, job, probeFailure } = lease;
  return { deadline, lastHeartbeat, heardBlind, unstored, heartbeatHistory, expected, job, probeFailure };
}
