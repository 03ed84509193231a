import type { NodeFacts } from './node.js';
import type { Instant, Millis } from './time.js';

export type AlertType =
  'node.failed' | 'node.recovered' | 'node.reported_failure' | 'node.inactive' | 'mass_failure' | 'test';

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
}

/**
 * What has become of an alert for one channel. `held`: during a mass failure. `dead`: refused for good, or too old.
 * `cancelled`: it and its pair cost nobody anything. `folded`: a later message names it.
 */
export type DeliveryState = 'pending' | 'held' | 'delivered' | 'dead' | 'cancelled' | 'folded';

export interface Delivery {
  readonly channel: string;
  readonly state: DeliveryState;
  /** Attempts that have begun, stored before each begins: one of unknown outcome may have woken someone. */
  readonly attempts: number;
  readonly lastError: string | undefined;
}

/** What is stored of an alert, the first time in one batch with the flip that raised it. A later record replaces the earlier. */
export interface AlertRecord {
  readonly alert: Alert;
  readonly deliveries: readonly Delivery[];
}
