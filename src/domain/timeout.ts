import { THRESHOLD, type HeartbeatHistory } from './heartbeat-history.js';
import type { Millis } from './time.js';

/** A timeout that follows the node's own rhythm. */
export interface AdaptiveTimeout {
  /** However regular the rhythm, it is no shorter. */
  readonly min: Millis;
  /** However irregular, it is no longer; and it is this while the rhythm says nothing. */
  readonly max: Millis;
  /** The φ of a silence that counts as a miss; undefined: 8. */
  readonly threshold?: number | undefined;
}

/** How long a node may be silent before it misses a heartbeat. */
export type Timeout = Millis | AdaptiveTimeout;

/** What that comes to just now, in whole milliseconds. It changes with heartbeats, and not while the node is silent. */
export function timeoutInForce(timeout: Timeout, rhythm: HeartbeatHistory | undefined): Millis {
  if (typeof timeout === 'number') return timeout;
  const { min, max, threshold = THRESHOLD } = timeout;
  if (rhythm?.isKnown !== true) return max;
  return Math.min(max, Math.max(min, Math.ceil(rhythm.timeout(threshold))));
}

/** What it never exceeds: also a timeout that counts from something else than a heartbeat. */
export function longestTimeout(timeout: Timeout): Millis {
  return typeof timeout === 'number' ? timeout : timeout.max;
}

export function sameTimeout(one: Timeout | undefined, other: Timeout | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return one.min === other.min && one.max === other.max && one.threshold === other.threshold;
}
