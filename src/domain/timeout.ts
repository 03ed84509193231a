import { THRESHOLD, type HeartbeatHistory } from './heartbeat-history.js';
import type { Millis } from './time.js';

/** A timeout that follows the node's own heartbeat intervals. */
export interface AdaptiveTimeout {
  /** The timeout is never shorter, however regular the heartbeats are. */
  readonly min: Millis;
  /** The timeout is never longer, and is this while there is no estimate. */
  readonly max: Millis;
  /** The φ at which a silence counts as a miss; undefined: 8. */
  readonly threshold?: number | undefined;
}

/** How long a node may be silent before it misses a heartbeat. */
export type Timeout = Millis | AdaptiveTimeout;

/** The present value, in whole milliseconds. It changes with heartbeats, not while the node is silent. */
export function timeoutInForce(timeout: Timeout, history: HeartbeatHistory | undefined): Millis {
  if (typeof timeout === 'number') return timeout;
  const { min, max, threshold = THRESHOLD } = timeout;
  if (history?.isKnown !== true) return max;
  return Math.min(max, Math.max(min, Math.ceil(history.timeout(threshold))));
}

/** The most that it can be; also the timeout that counts from anything but a heartbeat. */
export function longestTimeout(timeout: Timeout): Millis {
  return typeof timeout === 'number' ? timeout : timeout.max;
}

export function sameTimeout(one: Timeout | undefined, other: Timeout | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return one.min === other.min && one.max === other.max && one.threshold === other.threshold;
}
