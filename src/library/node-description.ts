import type { DescribedNode } from '../../actors/node/node.protocol.js';
import type { Acknowledgement, Flip, FlipCause, NodeFacts, NodeState } from '../domain/node.js';
import type { Instant, Millis } from '../domain/time.js';
import { ratioOf, type Uptime } from '../domain/uptime.js';
import { timeoutView } from '../views/node-view.js';
import { acknowledgedOf } from './acknowledging.js';
import type { AdaptiveTimeout, NodeStanding } from './node.js';

/** The rhythm of a node. Durations in seconds. */
export interface NodeRhythm {
  /** Of the intervals between heartbeats; undefined before there was one. */
  readonly mean: number | undefined;
  readonly deviation: number | undefined;
  /** Intervals that are remembered. */
  readonly samples: number;
  /** The timeout in force. */
  readonly timeout: number;
}

/** A node as its actor tells of it. Durations in seconds. */
export interface NodeDescription extends NodeStanding {
  readonly name: string;
  /** When it misses its next heartbeat; undefined of who has failed or is paused. */
  readonly deadline: Date | undefined;
  readonly timeout: number | AdaptiveTimeout;
  /** How improbable its silence is by now; undefined unless the timeout is adaptive and enough is known to tell. */
  readonly phi: number | undefined;
  /** What is learnt of a node whose timeout is adaptive. */
  readonly rhythm: NodeRhythm | undefined;
  readonly maxRetries: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The names of those notifiers that its alerts go to; undefined for all. */
  readonly channels: readonly string[] | undefined;
  /** The names of nodes without which it cannot live. */
  readonly dependsOn: readonly string[];
  /** Of one that has failed: which of those has failed, too. */
  readonly causedBy: string | undefined;
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
  /** Missed heartbeats in a row by then. */
  readonly retries: number;
  /** Seconds of the silence in which nobody could be heard. */
  readonly blind: number;
  /** What the node said of the failure that it reported. */
  readonly reason: string | undefined;
}

/** How long a node was in which state, over as much of a range as is known of it. Durations in seconds. */
export interface NodeUptime {
  readonly from: Date;
  readonly to: Date;
  /** The share of the time that it had not failed; undefined where nothing is known. */
  readonly ratio: number | undefined;
  readonly active: number;
  readonly inactive: number;
  readonly failed: number;
  readonly paused: number;
  /** The instance could not have heard it. */
  readonly blind: number;
}

export function describedFlip(
  node: string,
  { from, to, at, cause, retries, blind, reason }: Flip,
): NodeChanged {
  return { node, from, to, at: new Date(at), cause, retries, blind: blind / 1000, reason };
}

export function describedUptime(from: Instant, to: Instant, uptime: Uptime): NodeUptime {
  return {
    from: new Date(from),
    to: new Date(to),
    ratio: ratioOf(uptime),
    active: uptime.active / 1000,
    inactive: uptime.inactive / 1000,
    failed: uptime.failed / 1000,
    paused: uptime.paused / 1000,
    blind: uptime.blind / 1000,
  };
}

/** @param causedBy of its failure */
export function describedNode(node: DescribedNode, causedBy: string | undefined): NodeDescription {
  const { name, labels, channels, dependsOn = [], maxRetries, deadline, since, rhythm } = node;
  const { pausedAt, acknowledged } = node;
  return {
    ...standingOf(node, pausedAt !== undefined, acknowledged),
    name,
    labels: { ...labels },
    channels: channels === undefined ? undefined : [...channels],
    dependsOn: [...dependsOn],
    causedBy,
    maxRetries,
    timeout: timeoutView(node),
    phi: rhythm?.phi,
    rhythm: rhythm && {
      mean: inSeconds(rhythm.mean),
      deviation: inSeconds(rhythm.deviation),
      samples: rhythm.samples,
      timeout: node.timeout / 1000,
    },
    deadline: dateOf(deadline),
    since: new Date(since),
  };
}

/** @param acknowledged of the failure that it is in */
export function standingOf(
  { state, retries, lastHeartbeat }: NodeFacts,
  paused: boolean,
  acknowledged?: Acknowledgement,
): NodeStanding {
  return {
    state,
    retries,
    lastHeartbeat: dateOf(lastHeartbeat),
    paused,
    acknowledged: acknowledged && acknowledgedOf(acknowledged),
  };
}

function dateOf(at: Instant | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

function inSeconds(duration: Millis | undefined): number | undefined {
  return duration === undefined ? undefined : duration / 1000;
}
