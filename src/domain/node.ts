import type { NodeName } from './node-name.js';
import type { LinkUse } from './action-link.js';
import type { Learnt } from './heartbeat-history.js';
import type { Instant, Millis } from './time.js';
import { sameProbe, type NodeProbe } from './probe.js';
import { GRACE, sameSchedule, type Schedule } from './schedule.js';
import { sameTimeout, type AdaptiveTimeout, type Timeout } from './timeout.js';

/**
 * `inactive`: missed a heartbeat, with retries left. `failed`: no retries left, or the node reported a failure itself.
 */
export type NodeState = 'active' | 'inactive' | 'failed';

/** Why a node's state changed: a heartbeat, a missed deadline, or a report by the node. */
export type FlipCause = 'heartbeat' | 'silence' | 'report';

/** A change of a node's state. No two flips of a node have the same instant. */
export interface Flip {
  readonly node: NodeName;
  readonly from: NodeState;
  readonly to: NodeState;
  /** The deadline that passed, or the heartbeat or report that came. Not the instant at which it was noticed. */
  readonly at: Instant;
  readonly cause: FlipCause;
  /** Retries used up after the flip: missed deadlines in a row, without the one that made the node fail. */
  readonly retries: number;
  /** How long the daemon was blind during the silence before it. */
  readonly blind: Millis;
  /** Why it failed: what the node reported, or its probe found. */
  readonly reason?: string;
}

/** The facts about a node in an alert, as they were at the flip. */
export interface NodeFacts {
  readonly name: NodeName;
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Instant | undefined;
  /** The timeout in force; of a node with a schedule, its grace. */
  readonly timeout: Millis;
  /** The adaptive timeout, if the node has one. */
  readonly adaptive?: AdaptiveTimeout;
  /** The schedule, if the node has one in place of a timeout. */
  readonly schedule?: Schedule;
  /** When the heartbeat after the last one is or was expected, if the node has a schedule. */
  readonly expected?: Instant;
  readonly maxRetries: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The channels for its alerts; undefined for all. */
  readonly channels: readonly string[] | undefined;
  /** Names of the nodes that it depends on. */
  readonly dependsOn?: readonly NodeName[];
}

/** The settings chosen for a node. Undefined takes the value from the configuration, and follows its changes. */
export interface NodeSettings {
  readonly timeout: Timeout | undefined;
  readonly maxRetries: number | undefined;
  /** In place of a timeout and its retries. */
  readonly schedule?: Schedule | undefined;
  /** How long its job may take, in place of the default. A schedule has its own. */
  readonly grace?: Millis | undefined;
  /** A slug for its pings besides its name. */
  readonly slug?: string | undefined;
  /** How the daemon probes it. A probe that passes is a heartbeat. */
  readonly probe?: NodeProbe | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly channels: readonly string[] | undefined;
  /** Names of the nodes that it depends on. They need not be registered. */
  readonly dependsOn?: readonly NodeName[] | undefined;
}

/** An acknowledgement: somebody takes care of a failure. */
export interface Acknowledgement {
  readonly by: string;
  readonly reason?: string;
  readonly at: Instant;
  /** The instant of the failure. It does not apply to a later one. */
  readonly since: Instant;
  /** Ends at this instant of the wall clock. */
  readonly until?: Instant;
}

/**
 * The mark of a node that the file of declared nodes names: the file registered it, or it was there before. Only what a
 * file registered is deleted when it leaves the file.
 */
export type Declared = 'created' | 'adopted';

/** A node in the file of declared nodes, with all of its settings. */
export interface DeclaredNode {
  readonly name: NodeName;
  readonly settings: NodeSettings;
  /** Of the file, from 1. */
  readonly line: number;
}

/** A registered node, until it is deleted. */
export interface Registration {
  readonly name: NodeName;
  readonly registeredAt: Instant;
  readonly settings: NodeSettings;
  /** When it was paused; undefined if it is not paused. */
  readonly pausedAt: Instant | undefined;
  /** Of a paused node: when the pause ends by itself. */
  readonly pausedUntil?: Instant;
  /**
   * Of a paused node: it had failed before the pause, and channels were notified. Nobody is notified of what happens
   * during the pause.
   */
  readonly pausedFailed?: true;
  /** The name of the key that registered it, if that key has a quota. */
  readonly registeredBy?: string;
  /** The last acknowledgement; it may belong to an earlier failure. */
  readonly acknowledged?: Acknowledgement;
  /** The signed links that have acknowledged a failure of it. */
  readonly usedLinks?: UsedLinks;
  /** When it was given another ping UUID than its first. */
  readonly pingUuidAt?: Instant;
  /** Present while the file of declared nodes names it. */
  readonly declared?: Declared;
}

/** The signed links that have acknowledged one failure. Each of them works once. */
export interface UsedLinks {
  /** The instant of the failure. Links to others are void. */
  readonly since: Instant;
  /** Those that have not expired. */
  readonly uses: readonly LinkUse[];
}

/** A node's status. It changes with every heartbeat and is stored in checkpoints. */
export interface NodeStatus {
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Instant | undefined;
  /** When the state began: the last flip, or the registration. */
  readonly since: Instant;
  /**
   * The next deadline in observed time (see `observed-time.ts`). Meaningless while the node has failed or is paused.
   */
  readonly deadline: Millis;
  /** The total blind time when the node was last heard. */
  readonly heardBlind: Millis;
  /** The summary of an adaptive node's heartbeat history. */
  readonly heartbeatHistory?: Learnt;
  /** Of a node with a schedule: when the heartbeat after the last one is or was expected. */
  readonly expected?: Instant;
}

/** A pause that is over. */
export interface Pause {
  readonly from: Instant;
  readonly to: Instant;
}

/** Defaults from the configuration. */
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

/**
 * A change of settings: an absent one stays, null resets it to the default. A schedule replaces the timeout and its
 * retries, and the probe; each of these replaces the schedule.
 */
export interface SettingsChange {
  readonly timeout?: Timeout | null | undefined;
  readonly maxRetries?: number | null | undefined;
  readonly schedule?: Schedule | null | undefined;
  /** Of the schedule, if there is one. */
  readonly grace?: Millis | null | undefined;
  readonly slug?: string | null | undefined;
  readonly probe?: NodeProbe | null | undefined;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
  readonly channels?: readonly string[] | null | undefined;
  readonly dependsOn?: readonly NodeName[] | null | undefined;
  readonly paused?: boolean | null | undefined;
}

export function changed(settings: NodeSettings, change: SettingsChange): NodeSettings {
  const dependsOn = chosen(change.dependsOn, settings.dependsOn);
  const timing = changedTiming(settings, change);
  const slug = chosen(change.slug, settings.slug);
  const probe = timing.schedule === undefined ? chosen(change.probe, settings.probe) : undefined;
  return {
    ...timing,
    ...(slug !== undefined && { slug }),
    ...(probe !== undefined && { probe }),
    labels: chosen(change.labels, settings.labels) ?? NOTHING_CHOSEN.labels,
    channels: chosen(change.channels, settings.channels),
    ...(dependsOn !== undefined && { dependsOn }),
  };
}

function changedTiming(
  settings: NodeSettings,
  change: SettingsChange,
): Pick<NodeSettings, 'timeout' | 'maxRetries' | 'schedule' | 'grace'> {
  const isTimeout = isGiven(change.timeout) || isGiven(change.maxRetries) || isGiven(change.probe);
  const schedule = isTimeout ? undefined : chosen(change.schedule, settings.schedule);
  if (schedule !== undefined) {
    const { grace } = change;
    const graced = grace === undefined ? schedule : { ...schedule, grace: grace ?? GRACE };
    return { timeout: undefined, maxRetries: undefined, schedule: graced };
  }
  const grace = chosen(change.grace, settings.grace);
  return {
    ...(grace !== undefined && { grace }),
    timeout: chosen(change.timeout, settings.timeout),
    maxRetries: chosen(change.maxRetries, settings.maxRetries),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function chosen<Value>(change: Value | null | undefined, before: Value | undefined): Value | undefined {
  if (change === undefined) return before;
  return change ?? undefined;
}

/** The names of the settings in which two nodes differ, as the API has them. */
export function differingSettings(one: NodeSettings, other: NodeSettings): readonly string[] {
  const same: Readonly<Record<string, boolean>> = {
    timeout: sameTimeout(one.timeout, other.timeout),
    max_retries: one.maxRetries === other.maxRetries,
    schedule: sameSchedule(one.schedule, other.schedule),
    grace: one.grace === other.grace,
    slug: one.slug === other.slug,
    probe: sameProbe(one.probe, other.probe),
    labels: sameLabels(one.labels, other.labels),
    channels: sameList(one.channels, other.channels),
    depends_on: sameList(one.dependsOn, other.dependsOn),
  };
  return Object.keys(same).filter((name) => same[name] !== true);
}

export function sameSettings(one: NodeSettings, other: NodeSettings): boolean {
  return differingSettings(one, other).length === 0;
}

function sameList(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

export function sameLabels(one: NodeSettings['labels'], other: NodeSettings['labels']): boolean {
  const labels = Object.entries(one);
  return labels.length === Object.keys(other).length && labels.every(([key, value]) => other[key] === value);
}
