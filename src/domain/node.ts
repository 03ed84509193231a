import type { NodeName } from './node-name.js';
import type { Learnt } from './heartbeat-history.js';
import type { Instant, Millis } from './time.js';
import { sameTimeout, type AdaptiveTimeout, type Timeout } from './timeout.js';

/** `inactive`: it has missed a heartbeat, and still has retries left. `failed`: it has none, or said so itself. */
export type NodeState = 'active' | 'inactive' | 'failed';

/** Why a node's state changed: a heartbeat came, none came in time, or the node reported trouble itself. */
export type FlipCause = 'heartbeat' | 'silence' | 'report';

/** A change of a node's state. Of one node, no two are at the same instant. */
export interface Flip {
  readonly node: NodeName;
  readonly from: NodeState;
  readonly to: NodeState;
  /** The deadline that passed, or the heartbeat or report that came; not when it was noticed. */
  readonly at: Instant;
  readonly cause: FlipCause;
  /** Missed deadlines in a row that were borne, after the flip: the one that fails a node is not among them. */
  readonly retries: number;
  /** How much of the silence before it the daemon was itself blind for. */
  readonly blind: Millis;
  /** What the node said of it, where it reported the failure itself. */
  readonly reason?: string;
}

/** What an alert says of a node, as it was when its state changed. */
export interface NodeFacts {
  readonly name: NodeName;
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Instant | undefined;
  /** The one in force. */
  readonly timeout: Millis;
  /** What was chosen instead of a fixed one. */
  readonly adaptive?: AdaptiveTimeout;
  readonly maxRetries: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The channels its alerts go to; undefined for all. */
  readonly channels: readonly string[] | undefined;
  /** Nodes without which it cannot live, by name. */
  readonly dependsOn?: readonly NodeName[];
}

/** What was chosen for a node. Undefined leaves it to the configuration, also when that changes. */
export interface NodeSettings {
  readonly timeout: Timeout | undefined;
  readonly maxRetries: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly channels: readonly string[] | undefined;
  /** Nodes without which it cannot live; they need not be known. */
  readonly dependsOn?: readonly NodeName[] | undefined;
}

/** Somebody takes care of a failure. */
export interface Acknowledgement {
  readonly by: string;
  readonly reason?: string;
  readonly at: Instant;
  /** When the node had failed. Of a later failure this says nothing. */
  readonly since: Instant;
  /** From then on, by the wall clock, nobody takes care of it any more. */
  readonly until?: Instant;
}

/** A node as it is known until it is deleted. */
export interface Registration {
  readonly name: NodeName;
  readonly registeredAt: Instant;
  readonly settings: NodeSettings;
  /** Since when it is paused; undefined when it is not. */
  readonly pausedAt: Instant | undefined;
  /** Of a paused node: it had failed before, and channels know of it. What happened since nobody was told. */
  readonly pausedFailed?: true;
  /** The name of the key that registered it, where that has a quota. */
  readonly registeredBy?: string;
  /** The last one; it may be of an earlier failure. */
  readonly acknowledged?: Acknowledgement;
}

/** How a node stands. It changes with every heartbeat, and goes to disk in checkpoints. */
export interface NodeStatus {
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Instant | undefined;
  /** When it came to its state: the last flip, or the registration. */
  readonly since: Instant;
  /** The next deadline on the vigil, see `vigil.ts`. It means nothing of who has failed or is paused. */
  readonly deadline: Millis;
  /** How much of the vigil's time the daemon had been blind for when the node was last heard. */
  readonly heardBlind: Millis;
  /** Of a node with an adaptive timeout, once it has a rhythm. */
  readonly rhythm?: Learnt;
}

/** A stretch in which a node was paused, over now. */
export interface Pause {
  readonly from: Instant;
  readonly to: Instant;
}

/** What the configuration says where nothing was chosen. */
export interface NodeDefaults {
  readonly timeout: Millis;
  readonly maxRetries: number;
}

export const NOTHING_CHOSEN: NodeSettings = {
  timeout: undefined,
  maxRetries: undefined,
  labels: {},
  channels: undefined,
};

/** A change of settings: what is absent stays, and null goes back to the default. */
export interface SettingsChange {
  readonly timeout?: Timeout | null | undefined;
  readonly maxRetries?: number | null | undefined;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
  readonly channels?: readonly string[] | null | undefined;
  readonly dependsOn?: readonly NodeName[] | null | undefined;
  readonly paused?: boolean | null | undefined;
}

export function changed(settings: NodeSettings, change: SettingsChange): NodeSettings {
  const dependsOn = chosen(change.dependsOn, settings.dependsOn);
  return {
    timeout: chosen(change.timeout, settings.timeout),
    maxRetries: chosen(change.maxRetries, settings.maxRetries),
    labels: chosen(change.labels, settings.labels) ?? NOTHING_CHOSEN.labels,
    channels: chosen(change.channels, settings.channels),
    ...(dependsOn !== undefined && { dependsOn }),
  };
}

function chosen<Value>(change: Value | null | undefined, before: Value | undefined): Value | undefined {
  if (change === undefined) return before;
  return change ?? undefined;
}

export function sameSettings(one: NodeSettings, other: NodeSettings): boolean {
  if (!sameTimeout(one.timeout, other.timeout) || one.maxRetries !== other.maxRetries) return false;
  if (!sameList(one.dependsOn, other.dependsOn)) return false;
  return sameList(one.channels, other.channels) && sameLabels(one.labels, other.labels);
}

function sameList(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

function sameLabels(one: NodeSettings['labels'], other: NodeSettings['labels']): boolean {
  const labels = Object.entries(one);
  return labels.length === Object.keys(other).length && labels.every(([key, value]) => other[key] === value);
}
