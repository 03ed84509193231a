import type { DescribedNode } from '../../actors/node/node.protocol.js';
import type { Acknowledgement, Flip, FlipCause, NodeFacts, NodeState } from '../domain/node.js';
import { type Instant, type Millis, type Seconds, toSeconds } from '../domain/time.js';
import { ratioOf, type Uptime } from '../domain/uptime.js';
import { isCron, type Schedule as DomainSchedule } from '../domain/schedule.js';
import { slugOf, timeoutView } from '../views/node-view.js';
import { acknowledgedOf } from './acknowledging.js';
import { dateOf } from './arguments.js';
import type { AdaptiveTimeout, NodeStatus, Schedule } from './node.js';
import { inCamelCase, type NodeProbe } from './probe.js';

/** The heartbeat history of a node. Durations are in seconds. */
export interface NodeRhythm {
  /** Mean of the intervals; undefined before the first. */
  readonly mean: Seconds | undefined;
  readonly deviation: Seconds | undefined;
  /** The number of remembered intervals. */
  readonly samples: number;
  /** The timeout in force. */
  readonly timeout: Seconds;
}

/** A node as its actor describes it. Durations are in seconds. */
export interface NodeDescription extends NodeStatus {
  readonly name: string;
  /** When it misses its next heartbeat, or becomes late, or fails; undefined if it has failed or is paused. */
  readonly deadline: Date | undefined;
  /** Undefined if it has a schedule. */
  readonly timeout: Seconds | AdaptiveTimeout | undefined;
  readonly schedule: Schedule | undefined;
  /** How the instance probes it. */
  readonly probe: NodeProbe | undefined;
  /** When the heartbeat after the last one is or was expected; undefined without a schedule, and while it is paused. */
  readonly nextExpected: Date | undefined;
  /** φ of its present silence; undefined unless the timeout is adaptive and there is an estimate. */
  readonly phi: number | undefined;
  /** The heartbeat history, if the timeout is adaptive. */
  readonly rhythm: NodeRhythm | undefined;
  /** Undefined if it has a schedule. */
  readonly maxRetries: number | undefined;
  /** When the run of its job started that goes on; undefined if none does. */
  readonly started: Date | undefined;
  /** Seconds that the last run took; undefined if its start is not known. */
  readonly lastDuration: Seconds | undefined;
  /** For pings by slug: the one chosen for it, or its name if that can be one. */
  readonly slug: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** The names of the notifiers for its alerts; undefined for all. */
  readonly channels: readonly string[] | undefined;
  /** The names of the nodes that it depends on. */
  readonly dependsOn: readonly string[];
  /** If it has failed: the first of those that has failed too. */
  readonly causedBy: string | undefined;
  /** When its pause ends by itself; undefined if it has no end. */
  readonly pausedUntil: Date | undefined;
  /** When its state began. */
  readonly since: Date;
}

/** A change of a node's state. */
export interface NodeChanged {
  readonly node: string;
  readonly from: NodeState;
  readonly to: NodeState;
  /** The deadline that passed, or the heartbeat or report that came. Not when it was noticed. */
  readonly at: Date;
  readonly cause: FlipCause;
  /** Missed heartbeats in a row by then. */
  readonly retries: number;
  /** Seconds of the silence in which the instance was blind. */
  readonly blind: Seconds;
  /** Why it failed, where that is known: what the node reported, or its probe found. */
  readonly reason: string | undefined;
}

/** Time spent in each state over a range, as far as it is known. Durations are in seconds. */
export interface NodeUptime {
  readonly from: Date;
  readonly to: Date;
  /** The share of the time in which the node had not failed; undefined without any data. */
  readonly ratio: number | undefined;
  readonly active: Seconds;
  readonly inactive: Seconds;
  readonly failed: Seconds;
  readonly paused: Seconds;
  /** The instance was blind. */
  readonly blind: Seconds;
  /** In maintenance windows. */
  readonly maintenance: Seconds;
  /** In silences. It counts in the others as well. */
  readonly silenced: Seconds;
}

export function describedFlip(
  node: string,
  { from, to, at, cause, retries, blind, reason }: Flip,
): NodeChanged {
  return { node, from, to, at: new Date(at), cause, retries, blind: toSeconds(blind), reason };
}

export function describedUptime(from: Instant, to: Instant, uptime: Uptime): NodeUptime {
  return { from: new Date(from), to: new Date(to), ...describedTimes(uptime) };
}

/** The times of an uptime, without its range. */
export function describedTimes(uptime: Uptime): Omit<NodeUptime, 'from' | 'to'> {
  return {
    ratio: ratioOf(uptime),
    active: toSeconds(uptime.active),
    inactive: toSeconds(uptime.inactive),
    failed: toSeconds(uptime.failed),
    paused: toSeconds(uptime.paused),
    blind: toSeconds(uptime.blind),
    maintenance: toSeconds(uptime.maintenance),
    silenced: toSeconds(uptime.silenced),
  };
}

/** @param causedBy the failed dependency, if any */
export function describedNode(node: DescribedNode, causedBy: string | undefined): NodeDescription {
  const { name, labels, channels, dependsOn = [], maxRetries, deadline, since, heartbeatHistory } = node;
  const { pausedAt, acknowledged, schedule, expected } = node;
  return {
    ...statusOf(node, pausedAt !== undefined, acknowledged),
    name,
    slug: slugOf(node),
    started: dateOf(node.job?.started),
    lastDuration: inSeconds(node.job?.lastDuration),
    labels: { ...labels },
    channels: channels === undefined ? undefined : [...channels],
    dependsOn: [...dependsOn],
    causedBy,
    maxRetries: schedule === undefined ? maxRetries : undefined,
    timeout: schedule === undefined ? timeoutView(node) : undefined,
    schedule: schedule && describedSchedule(schedule),
    probe: node.probe && inCamelCase(node.probe),
    nextExpected: pausedAt === undefined ? dateOf(expected) : undefined,
    phi: heartbeatHistory?.phi,
    rhythm: heartbeatHistory && {
      mean: inSeconds(heartbeatHistory.mean),
      deviation: inSeconds(heartbeatHistory.deviation),
      samples: heartbeatHistory.samples,
      timeout: toSeconds(node.timeout),
    },
    deadline: dateOf(deadline),
    pausedUntil: dateOf(node.pausedUntil),
    since: new Date(since),
  };
}

export function describedSchedule(schedule: DomainSchedule): Schedule {
  const grace = toSeconds(schedule.grace);
  if (!isCron(schedule)) return { every: toSeconds(schedule.every), grace };
  return { cron: [...schedule.cron], timeZone: schedule.timeZone, grace };
}

/** @param acknowledged the acknowledgement of its failure, if any */
export function statusOf(
  { state, retries, lastHeartbeat }: NodeFacts,
  paused: boolean,
  acknowledged?: Acknowledgement,
): NodeStatus {
  return {
    state,
    retries,
    lastHeartbeat: dateOf(lastHeartbeat),
    paused,
    acknowledged: acknowledged && acknowledgedOf(acknowledged),
  };
}

function inSeconds(duration: Millis | undefined): Seconds | undefined {
  return duration === undefined ? undefined : toSeconds(duration);
}
