import type { NodeQuota } from '../../src/domain/access.js';
import type { Flip, NodeDefaults, Pause, Registration } from '../../src/domain/node.js';
import type { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import type { Timeout } from '../../src/domain/timeout.js';
import type { ErrorCode } from '../../src/errors.js';
import type { RegisteredNode } from './registered-node.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

/** What every heartbeat changes. It belongs to the actor, which moves it as the effects say. */
export interface Lease {
  /** Of who is neither paused nor failed. */
  readonly deadline: Moment;
  readonly lastHeartbeat: Instant | undefined;
  /** How long the daemon had been blind, in all, when the node was last heard. */
  readonly heardBlind: Millis;
  /** Whether it has come to stand in a way that is to be told only once it is on disk, and is not yet. */
  readonly unstored: boolean;
  /** Of a node with an adaptive timeout, once it was heard. */
  readonly rhythm: HeartbeatHistory | undefined;
}

export type NodePhase =
  | { readonly phase: 'unknown' }
  /** It is being written that there is such a node. */
  | ({ readonly phase: 'registering'; readonly by: NodeCommand['kind'] } & RegisteredNode)
  | ({ readonly phase: 'known' } & RegisteredNode)
  /** Other settings are being written; until they are, the old ones hold. */
  | ({ readonly phase: 'changing'; readonly next: Registration } & RegisteredNode)
  /** It is being written that it is forgotten; until then it is known, and its time stands still. */
  | ({ readonly phase: 'leaving' } & RegisteredNode);

/** What became of the registration, the change or the removal that was asked for. */
export type Settled = { readonly kind: 'settled'; readonly at: Moment } & (
  { readonly stored: true } | { readonly stored: false; readonly code: ErrorCode }
);

export type NodeMessage =
  | NodeCommand
  /** Every request that arrived before `horizon` has been told. */
  | { readonly kind: 'expire'; readonly horizon: Moment }
  | Settled
  /** How it stood is stored, up to this number of times that it was submitted, or cannot be just now. */
  | { readonly kind: 'standing_settled'; readonly number: number };

export type NodeEffect =
  /** Heard: one timeout from `at`. A registration begins the same way, and is no heartbeat. */
  | { readonly kind: 'begin'; readonly at: Moment; readonly timeout: Timeout; readonly heartbeat: boolean }
  /** From here on this is the deadline. */
  | { readonly kind: 'await'; readonly deadline: Moment }
  /** What comes next is not measured from the last heartbeat. */
  | { readonly kind: 'interrupt' }
  /** Look at the deadline again when it comes round. */
  | { readonly kind: 'watch' }
  /** There is no deadline. */
  | { readonly kind: 'rest' }
  /** How it stands is to go to disk with the next checkpoint. */
  | { readonly kind: 'note' }
  | { readonly kind: 'flip'; readonly flip: Flip; readonly known: RegisteredNode }
  | { readonly kind: 'answer'; readonly reply: NodeReply }
  /** Keep this message's asker until the disk has settled what was submitted. */
  | { readonly kind: 'wait' }
  /** How it stands goes to disk now. */
  | { readonly kind: 'store'; readonly known: RegisteredNode }
  /** Keep this message's asker until all that was submitted of how it stands is settled. */
  | { readonly kind: 'wait_for_standing' }
  /** Answer all who wait: with what they asked for, or with the refusal. */
  | { readonly kind: 'release'; readonly refusal: ErrorCode | undefined; readonly created: boolean }
  /** Answer all who wait for what was submitted up to this number. */
  | { readonly kind: 'release_standing'; readonly number: number }
  /** Handle this message again once the disk has settled, and before any that came after it. */
  | { readonly kind: 'defer' }
  | { readonly kind: 'register'; readonly known: RegisteredNode }
  | {
      readonly kind: 'change';
      readonly known: RegisteredNode;
      readonly next: Registration;
      readonly pause: Pause | undefined;
      /** Where it begins anew. */
      readonly deadline: Moment | undefined;
    }
  | { readonly kind: 'forget'; readonly known: RegisteredNode };

export interface Decision {
  readonly state: NodePhase;
  readonly effects: readonly NodeEffect[];
}

/** What holds for all nodes, and how time is told. */
export interface NodeRules extends NodeDefaults {
  /** Whether a heartbeat registers a node that nobody has heard of. */
  readonly autoRegister: boolean;
  /** How long the daemon has been blind, in all. */
  readonly blind: Millis;
  /** The most time that anybody is given again after a blindness. */
  readonly blindGrace: Millis;
  /** Whether a key may register one more node. */
  hasQuota(quota: NodeQuota): boolean;
  /** The wall clock's reading at a moment. */
  wallAt(at: Moment): Instant;
  /**
   * The deadline one timeout from `since`, and later where the daemon has been blind in between.
   *
   * @param heardBlind as in the lease
   */
  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment;
  /** How long the daemon had been blind, in all, at a moment just past. */
  blindAt(at: Moment): Millis;
}

export const UNKNOWN: NodePhase = { phase: 'unknown' };

export const NOT_KNOWN: NodeReply = { kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' };

export const NOTHING: readonly NodeEffect[] = [];
/** After whoever changes this node just now. */
export const DEFER: readonly NodeEffect[] = [{ kind: 'defer' }];
export const WAIT: NodeEffect = { kind: 'wait' };
