import type { DescribedNode } from '../../actors/node/node.protocol.js';
import type { FlipCause, NodeFacts, NodeState } from '../domain/node.js';
import type { Instant } from '../domain/time.js';
import type { NodeStanding } from './node.js';

/** A node as its actor tells of it. Durations in seconds. */
export interface NodeDescription extends NodeStanding {
  readonly name: string;
  /** When it misses its next heartbeat; undefined of who has failed or is paused. */
  readonly deadline: Date | undefined;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The names of those notifiers that its alerts go to; undefined for all. */
  readonly channels: readonly string[] | undefined;
  readonly paused: boolean;
  /** When it came to its state. */
  readonly since: Date;
}

/** A change of a node's state. */
export interface NodeChanged {
  readonly node: string;
  readonly from: NodeState;
  readonly to: NodeState;
  /** The deadline that passed, or the heartbeat or report that came; not when it was noticed. */
  readonly at: Date;
  readonly cause: FlipCause;
}

export function describedNode(node: DescribedNode): NodeDescription {
  const { name, labels, channels, maxRetries, timeout, deadline, since, pausedAt } = node;
  return {
    ...standingOf(node),
    name,
    labels: { ...labels },
    channels: channels === undefined ? undefined : [...channels],
    maxRetries,
    timeout: timeout / 1000,
    deadline: dateOf(deadline),
    since: new Date(since),
    paused: pausedAt !== undefined,
  };
}

export function standingOf({ state, retries, lastHeartbeat }: NodeFacts): NodeStanding {
  return { state, retries, lastHeartbeat: dateOf(lastHeartbeat) };
}

function dateOf(at: Instant | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}
