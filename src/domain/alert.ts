import type { NodeName } from './node-name.js';
import type { NodeFacts, NodeState } from './node.js';
import type { Instant, Millis } from './time.js';

/** In the order in which people are told of them. */
export const ALERT_TYPES = [
  'node.failed',
  'node.reported_failure',
  'node.recovered',
  'node.deleted',
  'node.inactive',
  'mass_failure',
  'test',
] as const;

export type AlertType = (typeof ALERT_TYPES)[number];

declare const kind: unique symbol;

/** Sorts by when the alert was raised, is never used twice, and stays the same over every attempt. */
export type AlertId = string & { readonly [kind]: 'alert' };

/** What there is to tell somebody. */
export interface Alert {
  readonly id: AlertId;
  readonly type: AlertType;
  /** The instant of the flip that raised it. */
  readonly at: Instant;
  /** Undefined for what concerns no single node. */
  readonly node: NodeFacts | undefined;
  readonly blind: Millis;
  /** A plain sentence. */
  readonly message: string;
  /** What the node said of the failure that it reported. */
  readonly reason?: string;
  /** Of a reminder: which one it is, from 1. Its instant is the flip's. */
  readonly reminder?: number;
  /** What the node depends on, and had failed before it. */
  readonly causedBy?: NodeName;
  /** Of a mass failure: how many failed until it was told, and the names of some. */
  readonly mass?: { readonly count: number; readonly sample: readonly NodeName[] };
  /** Of a message that stands for many: the nodes as they are now, and the alerts that it takes the place of. */
  readonly group?: { readonly nodes: readonly GroupedNode[]; readonly alertIds: readonly AlertId[] };
}

export interface GroupedNode {
  readonly name: NodeName;
  readonly state: NodeState;
  readonly at: Instant;
  readonly labels: NodeFacts['labels'];
  /** It was deleted, which ends its failure as a recovery does: its state is `active`. */
  readonly deleted?: true;
  /** Before any of this happened to it, the channel had been told that it has failed, or may have been. */
  readonly wasTold?: true;
}

export const DELIVERY_STATES = ['pending', 'held', 'delivered', 'dead', 'cancelled', 'folded'] as const;

/**
 * What has become of an alert for one channel. `held`: during a mass failure, or while its node flaps. `dead`: refused
 * for good, or too old. `cancelled`: it and its pair cost nobody anything. `folded`: a later message names it.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const HOLDS = ['mass_failure', 'flapping', 'acknowledged', 'dependency'] as const;

/**
 * What an alert is held for. `acknowledged`: it waited to be told late, and somebody takes care of it. `dependency`:
 * something that its node depends on has failed.
 */
export type Hold = (typeof HOLDS)[number];

export interface Delivery {
  readonly channel: string;
  readonly state: DeliveryState;
  /** While it is `held`. */
  readonly hold?: Hold;
  /** Attempts that have begun, stored before each begins: one of unknown outcome may have woken someone. */
  readonly attempts: number;
  readonly lastAttempt?: Instant;
  readonly lastError: string | undefined;
  /** Since when it could be delivered: when it was raised, let go of, or asked for again. */
  readonly since: Instant;
  /** The earlier alerts of its node that it stands for there. */
  readonly folds?: Folds;
  /** The channel that could not deliver it, and whose part this one takes. */
  readonly insteadOf?: string;
}

/** Alerts that were folded into another: how many, and the last of them. */
export interface Folds {
  readonly count: number;
  readonly ids: readonly AlertId[];
}

/** What is stored of an alert, the first time in one batch with the flip that raised it. A later record replaces the earlier. */
export interface AlertRecord {
  readonly alert: Alert;
  readonly deliveries: readonly Delivery[];
}

/** What a restart has to know of mass failures: when alerts were held last. */
export interface LastHold {
  readonly from: Instant;
  readonly until: Instant;
}

/** Something is still to be done about it. */
export function isOpen({ state }: Pick<Delivery, 'state'>): boolean {
  return state === 'pending' || state === 'held';
}
