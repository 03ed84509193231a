import type { AlertId, AlertRecord } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Flip, NodeFacts } from '../../src/domain/node.js';
import type { OverrideId, OverrideRequest, RotaOverride } from '../../src/domain/rota-override.js';
import type { Silence, SilenceId, SilenceRequest } from '../../src/domain/silence.js';
import type { Instant, Millis } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';

/** Requests of operators to the notifier about alerts. */
export type NotifierCommand =
  | {
      readonly kind: 'redeliver';
      readonly id: AlertId;
      /** It names an entity tag, and no alert has one. An alert that cannot be redelivered is refused for that first. */
      readonly failsByTag?: boolean;
      readonly answered: (reply: NotifierReply) => void;
    }
  | { readonly kind: 'test'; readonly channel: string; readonly answered: (reply: NotifierReply) => void };

/** Requests about silences. Replies come once the change is on disk. */
export type SilenceCommand =
  | {
      readonly kind: 'silence';
      readonly request: SilenceRequest;
      readonly answered: (reply: SilenceReply) => void;
    }
  | {
      /** Ends it now. One that is over stays as it is. */
      readonly kind: 'expire';
      readonly id: SilenceId;
      /** It is unknown to a caller who may not touch all of its nodes. */
      readonly within: readonly string[] | undefined;
      readonly answered: (reply: SilenceReply) => void;
    };

export type SilenceReply =
  | { readonly kind: 'silence'; readonly silence: Silence }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

/** Requests about overrides of rotas, likewise. */
export type OverrideCommand =
  | {
      readonly kind: 'override';
      readonly request: OverrideRequest;
      readonly answered: (reply: OverrideReply) => void;
    }
  | {
      readonly kind: 'end_override';
      readonly rota: string;
      readonly id: OverrideId;
      readonly answered: (reply: OverrideReply) => void;
    };

export type OverrideReply =
  | { readonly kind: 'override'; readonly override: RotaOverride }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

/** `accepted`: it is on its way, under this id. */
export type NotifierReply =
  | { readonly kind: 'accepted'; readonly id: AlertId }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

/** A flip, and the node after it. */
export interface NodeChange {
  readonly flip: Flip;
  readonly node: NodeFacts;
  /** Since the last heartbeat, on the monotonic clock; undefined if that came in an earlier run. */
  readonly silence?: Millis | undefined;
  /** The node is paused: nobody is notified. */
  readonly isPaused: boolean;
}

/** An alert was raised, or its deliveries changed. */
export interface AlertChange {
  /** Undefined if it was raised; of one that is delivered again, the record is the same as after it. */
  readonly before: AlertRecord | undefined;
  readonly record: AlertRecord;
}

/** The effect of a request, for channels that were notified of a failure of the node. */
export type NodeNews =
  | {
      /**
       * `deleted`: the node had failed and is deleted. `resumed`: its pause is over, and it failed during the pause, or
       * recovered from a failure before it.
       */
      readonly kind: 'deleted' | 'resumed';
      /** As it is after the request, or was before its deletion. */
      readonly node: NodeFacts;
      readonly at: Instant;
    }
  | {
      /** It has failed, and gets settings by which its alerts may go to other channels. */
      readonly kind: 'rerouted';
      /** As channels know it. */
      readonly node: NodeFacts;
      readonly next: NodeFacts;
    };

/** The status of a failed node. */
export interface FailureStatus {
  readonly node: NodeFacts;
  readonly since: Instant;
  /** Acknowledged or paused. */
  readonly isQuiet: boolean;
  /** Channels were notified of the failure. They are not of failures during a pause. */
  readonly isNotified: boolean;
}

/** Decides which alerts a flip raises. The nodes call it; the notifier implements it. */
export interface Alerting {
  /**
   * The records to store together with the flip: new alerts, and earlier ones that it cancels or folds. Synchronous.
   * Called once for each flip, in the order in which flips are submitted to history.
   */
  raise(change: NodeChange): readonly AlertRecord[];

  /**
   * The records to store with a request. The request may still be refused: they count from `settled` on, or not at all.
   */
  prepare(news: NodeNews): readonly AlertRecord[];

  /** The request about this node is on disk, or was refused. */
  settled(node: NodeName, stored: boolean): void;

  /**
   * The status of a failed node: after a restart, and when something about it changes. Undefined once the node is
   * deleted.
   */
  failureStatus(node: NodeName, status: FailureStatus | undefined): void;

  /**
   * History has stored these records, or cannot at present (a full disk), as `stored` says. They may be delivered from
   * now on.
   */
  committed(records: readonly AlertRecord[], stored: boolean): void;
}
