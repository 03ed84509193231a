import type { NodeName } from './node-name.js';
import type { Instant, Millis } from './time.js';

/** `inactive`: it has missed a heartbeat, and still has retries left. `failed`: it has none, or said so itself. */
export type NodeState = 'active' | 'inactive' | 'failed';

/** Why a node's state changed: a heartbeat came, none came in time, or the node reported trouble itself. */
export type FlipCause = 'heartbeat' | 'silence' | 'report';

/** A change of a node's state. */
export interface Flip {
  readonly node: NodeName;
  readonly from: NodeState;
  readonly to: NodeState;
  /** The deadline that passed, or the heartbeat or report that came; not when it was noticed. */
  readonly at: Instant;
  readonly cause: FlipCause;
  /** Missed deadlines in a row, after the flip. */
  readonly retries: number;
  /** How much of the silence before it the daemon was itself blind for. */
  readonly blind: Millis;
}

/** What an alert says of a node, as it was when its state changed. */
export interface NodeFacts {
  readonly name: NodeName;
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Instant | undefined;
  readonly timeout: Millis;
  readonly maxRetries: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The channels its alerts go to; undefined for all. */
  readonly channels: readonly string[] | undefined;
}
