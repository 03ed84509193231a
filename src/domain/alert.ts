import type { NodeName } from './node-name.js';
import type { NodeFacts, NodeState } from './node.js';
import type { SilenceId } from './silence.js';
import type { Instant, Millis } from './time.js';

/** In the order in which a recipient is notified of them. */
export const ALERT_TYPES = [
  'node.failed',
  'node.reported_failure',
  'node.recovered',
  'node.deleted',
  'channel.closed',
  'node.inactive',
  'mass_failure',
  'test',
] as const;

export type AlertType = (typeof ALERT_TYPES)[number];

/** Types that no setting chooses: the first two go where recoveries go, and a test goes where it is asked for. */
export const UNCHOSEN_TYPES: readonly AlertType[] = ['node.deleted', 'channel.closed', 'test'];

/** Whether it closes the failure of its node at whoever was notified of it. */
export function isEnd(type: AlertType): boolean {
  return type === 'node.recovered' || type === 'node.deleted' || type === 'channel.closed';
}

declare const kind: unique symbol;

/** Sorts by the time at which the alert was raised, is never reused, and is the same in every attempt. */
export type AlertId = string & { readonly [kind]: 'alert' };

/** An alert, before it is decided which channels get it. */
export interface Alert {
  readonly id: AlertId;
  readonly type: AlertType;
  /** The instant of the flip that raised it. */
  readonly at: Instant;
  /** Undefined if the alert is not about a single node. */
  readonly node: NodeFacts | undefined;
  readonly blind: Millis;
  /** A plain sentence for people. */
  readonly message: string;
  /** Why it failed, where that is known: what the node reported, or its probe found. */
  readonly reason?: string;
  /** Of a reminder: its number, from 1. Its instant is that of the flip. */
  readonly reminder?: number;
  /** The failed dependency that inhibits this alert. */
  readonly causedBy?: NodeName;
  /** The silences that held this alert, when they began to. */
  readonly silencedBy?: readonly SilenceId[];
  /** Of a mass failure: the number of nodes that had failed when it was raised, and some of their names. */
  readonly mass?: { readonly count: number; readonly sample: readonly NodeName[] };
  /** Of a group: the nodes in their present state, and the alerts that it replaces. */
  readonly group?: { readonly nodes: readonly GroupedNode[]; readonly alertIds: readonly AlertId[] };
}

export interface GroupedNode {
  readonly name: NodeName;
  readonly state: NodeState;
  readonly at: Instant;
  readonly labels: NodeFacts['labels'];
  /** The node was deleted, which ends its failure like a recovery. Its state is `active`. */
  readonly deleted?: true;
  /** The channel was, or may have been, notified of an earlier failure of this node before the alerts in this group. */
  readonly wasNotified?: true;
}

export const DELIVERY_STATES = ['pending', 'held', 'delivered', 'dead', 'cancelled', 'folded'] as const;

/**
 * The state of an alert on one channel. `held`: during a mass failure, while its node flaps, and so on (see `Hold`).
 * `dead`: refused for good, or too old. `cancelled`: neither it nor its pair was delivered. `folded`: a later message
 * includes it.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const HOLDS = ['mass_failure', 'flapping', 'acknowledged', 'dependency', 'silence'] as const;

/**
 * Why an alert is held. `acknowledged`: it waited for escalation and the failure was acknowledged. `dependency`: a node
 * that its node depends on has failed. `silence`: its node is silenced, or in a maintenance window.
 */
export type Hold = (typeof HOLDS)[number];

export interface Delivery {
  readonly channel: string;
  readonly state: DeliveryState;
  /** Set while the state is `held`. */
  readonly hold?: Hold;
  /**
   * Attempts that have begun. The number is stored before each one: an attempt of unknown outcome may have reached
   * someone.
   */
  readonly attempts: number;
  readonly lastAttempt?: Instant;
  /** When the first attempt began. Kept for channels that notify the person on call: later attempts go to the same person. */
  readonly begun?: Instant;
  /** Whom such a channel notified, or tried to: the name of the person. */
  readonly person?: string;
  readonly lastError: string | undefined;
  /** Since when it may be delivered: when it was raised, released from a hold, or retried by hand. */
  readonly since: Instant;
  /** Earlier alerts of its node that it includes on this channel. */
  readonly folds?: Folds;
  /** The channel that could not deliver it, if this one is its fallback. */
  readonly insteadOf?: string;
}

/** Alerts folded into another: their number, and the latest of them. */
export interface Folds {
  readonly count: number;
  readonly ids: readonly AlertId[];
}

/**
 * An alert as it is stored: at first in one batch with the flip that raised it. A later record replaces an earlier one.
 */
export interface AlertRecord {
  readonly alert: Alert;
  readonly deliveries: readonly Delivery[];
}

/** The fields of an alert that a start needs for flapping and mass failures. Every `AlertRecord` has them. */
export interface CountedAlert {
  readonly alert: Pick<Alert, 'id' | 'type' | 'reminder' | 'causedBy' | 'silencedBy'> & {
    readonly node: Pick<NodeFacts, 'name'> | undefined;
  };
  readonly deliveries: readonly Pick<Delivery, 'channel' | 'state' | 'attempts' | 'lastAttempt' | 'since'>[];
}

/** The channels that get a node's alerts and have not been notified of its failure. */
export interface UnnotifiedOf {
  readonly node: NodeName;
  readonly channels: readonly string[];
}

/** When alerts were last held for a mass failure; a restart needs it. */
export interface LastHold {
  readonly from: Instant;
  readonly until: Instant;
}

/** Whether the delivery still has to be made. */
export function isOpen({ state }: Pick<Delivery, 'state'>): boolean {
  return state === 'pending' || state === 'held';
}
