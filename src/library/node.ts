import type { EmittedNode } from '../client/emitter/emitter.js';
import type { NodeState } from '../domain/node.js';
import { HeartbeatError } from '../errors.js';
import {
  acknowledgedOf,
  readAcknowledgement,
  type Acknowledged,
  type Acknowledgement,
} from './acknowledging.js';
import { nodeOptions } from './check-options.js';
import { expectArgument, must, refuseProblems } from './checks.js';
import { systemClock } from './clock.js';
import type { Seconds } from '../domain/time.js';
import type { Probe } from './probe.js';

/** A timeout learned from the intervals between a node's heartbeats. Durations are in seconds. */
export interface AdaptiveTimeout {
  readonly adaptive: true;
  /** The timeout is never shorter, however regular the heartbeats are. */
  readonly min: Seconds;
  /** The timeout is never longer, and is this at first. */
  readonly max: Seconds;
  /** The φ at which a silence counts as a miss. Default 8. */
  readonly threshold?: number | undefined;
}

/** A heartbeat is expected at most `every` seconds after the last one. */
export interface IntervalSchedule {
  readonly every: Seconds;
  /** The node has failed so many seconds after it became late. Default 3600. */
  readonly grace?: Seconds;
}

/** A heartbeat is expected at the times of cron expressions, such as `0 4 * * 1-5`. */
export interface CronSchedule {
  readonly cron: string | readonly string[];
  /** The name of an IANA time zone, such as `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string;
  /** The node has failed so many seconds after it became late. Default 3600. */
  readonly grace?: Seconds;
}

/** When heartbeats of a job are expected. At that time it is `inactive` (late), and after the grace it has failed. */
export type Schedule = IntervalSchedule | CronSchedule;

/** The settings of a node. An absent one has the instance's value. */
export interface NodeSettings {
  /** Seconds of silence after which it misses a heartbeat, or limits within which they follow its own intervals. */
  readonly timeout?: Seconds | AdaptiveTimeout;
  /** Missed heartbeats in a row without failing: the next one makes it fail. */
  readonly maxRetries?: number;
  /** In place of `timeout` and `maxRetries`. */
  readonly schedule?: Schedule;
  /** Seconds that a job may take that has started; default 3,600. A schedule has its own. */
  readonly grace?: Seconds;
  /** For pings by slug, besides its name: at most 100 of `a-z`, `0-9`, `-` and `_`. */
  readonly slug?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The names of the notifiers for its alerts. */
  readonly channels?: readonly string[];
  /** The names of the nodes that it depends on: while one of them has failed, its own alerts are inhibited. */
  readonly dependsOn?: readonly string[];
}

/** How an emitter probes a node. */
interface Looks extends Omit<EmittedNode, 'name' | 'settings' | 'hasSchedule' | 'probe'> {
  readonly probe?: Probe | undefined;
}

/** The options of a node, including how an emitter for its tracker probes it. */
export interface NodeOptions extends NodeSettings, Looks {}

/** The status of a node. */
export interface NodeStatus {
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Date | undefined;
  /** Paused: not watched. */
  readonly paused: boolean;
  /** The acknowledgement of its failure, if any. */
  readonly acknowledged: Acknowledged | undefined;
}

/** The actor that a registered node represents. */
export interface NodeLink {
  heartbeat(name: string): Promise<NodeStatus>;
  miss(name: string): Promise<NodeStatus>;
  fail(name: string, reason?: string): Promise<NodeStatus>;
  pause(name: string): Promise<NodeStatus>;
  resume(name: string): Promise<NodeStatus>;
  acknowledge(name: string, acknowledgement: Acknowledgement): Promise<NodeStatus>;
  unacknowledge(name: string): Promise<NodeStatus>;
  look(name: string): Promise<NodeStatus>;
}

const aName = must('a text such as "db-1"', (value) => typeof value === 'string');
const UNLESS_CHOSEN = 3;
const NEW: NodeStatus = {
  state: 'active',
  retries: 0,
  lastHeartbeat: undefined,
  paused: false,
  acknowledged: undefined,
};

interface Model {
  status: NodeStatus;
  link: NodeLink | undefined;
}

const models = new WeakMap<Node, Model>();

/**
 * A node. Once a tracker has registered it, it represents the actor of that name, and shows its state as this program
 * last saw it: after each change of state, each call here, and `refresh`. Before that it is a model with the same
 * rules, which starts again when it is registered.
 */
export class Node {
  readonly name: string;
  readonly settings: NodeSettings;
  /** How to probe it. */
  readonly emitted: Looks;

  /** @throws TypeError for an invalid name, and for unknown settings */
  constructor(name: string, options: NodeOptions = {}) {
    expectArgument("a node's name", name, aName);
    refuseProblems(`settings of the node ${JSON.stringify(name)}`, nodeOptions(options, 'settings'));
    const { probe, deadline, onProbeFailure, ...settings } = options;
    this.name = name;
    this.settings = settings;
    this.emitted = { probe, deadline, onProbeFailure };
    models.set(this, { status: NEW, link: undefined });
  }

  /** `inactive`: missed a heartbeat, with retries left. `failed`: no retries left, or it reported a failure itself. */
  get state(): NodeState {
    return modelOf(this).status.state;
  }

  /** Retries used up: missed heartbeats in a row. */
  get retries(): number {
    return modelOf(this).status.retries;
  }

  /** Undefined before the first. */
  get lastHeartbeat(): Date | undefined {
    return modelOf(this).status.lastHeartbeat;
  }

  /** Whether it is paused, that is, not watched. */
  get paused(): boolean {
    return modelOf(this).status.paused;
  }

  /** The acknowledgement of its failure, if any. */
  get acknowledged(): Acknowledged | undefined {
    const { acknowledged } = modelOf(this).status;
    const until = acknowledged?.until?.getTime() ?? Infinity;
    return systemClock.wall() < until ? acknowledged : undefined;
  }

  /** @throws HeartbeatError if it is registered and the heartbeat was refused */
  updateHeartbeat(): Promise<void> {
    return this.#ask(
      (link) => link.heartbeat(this.name),
      ({ paused }) => ({ ...NEW, paused, lastHeartbeat: new Date(systemClock.wall()) }),
    );
  }

  /**
   * Counts a missed heartbeat now, without waiting for the deadline. Without a retry left, the node fails.
   *
   * @throws HeartbeatError as `updateHeartbeat`
   */
  incrementRetries(): Promise<void> {
    return this.#ask(
      (link) => link.miss(this.name),
      (status) => missed(status, this.settings),
    );
  }

  /**
   * Reports a failure, at once and without retries. It lasts until the next heartbeat.
   *
   * @param reason shown in the flip and the alert; up to 10,000 bytes
   */
  fail(reason?: string): Promise<void> {
    return this.#ask(
      (link) => link.fail(this.name, reason),
      (status) => (status.state === 'failed' ? status : { ...status, state: 'failed' }),
    );
  }

  /** Pauses it: it accepts heartbeats, and misses none. */
  pause(): Promise<void> {
    return this.#ask(
      (link) => link.pause(this.name),
      (status) => ({ ...status, paused: true }),
    );
  }

  /** Ends a pause. A timeout begins now. */
  resume(): Promise<void> {
    return this.#ask(
      (link) => link.resume(this.name),
      (status) => ({ ...status, paused: false }),
    );
  }

  /**
   * Acknowledges its failure: no reminders and no escalation.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_FAILED` if it has not failed
   */
  acknowledge(acknowledgement: Acknowledgement): Promise<void> {
    return this.#ask(
      (link) => link.acknowledge(this.name, acknowledgement),
      (status) => acknowledgedBy(status, acknowledgement),
    );
  }

  /** Takes the acknowledgement back: reminders continue. Does nothing without one. */
  unacknowledge(): Promise<void> {
    return this.#ask(
      (link) => link.unacknowledge(this.name),
      (status) => ({ ...status, acknowledged: undefined }),
    );
  }

  /** Asks its actor for the present state. Does nothing for a node that is not registered. */
  refresh(): Promise<void> {
    return this.#ask(
      (link) => link.look(this.name),
      (status) => status,
    );
  }

  /** @param alone the rule that applies while it represents no actor */
  async #ask(
    ask: (link: NodeLink) => Promise<NodeStatus>,
    alone: (status: NodeStatus) => NodeStatus,
  ): Promise<void> {
    const { link, status } = modelOf(this);
    const next = link === undefined ? alone(status) : await ask(link);
    modelOf(this).status = next;
  }

  toJSON(): object {
    const { state, retries, lastHeartbeat } = this;
    return { name: this.name, state, retries, lastHeartbeat: lastHeartbeat ?? null };
  }
}

/** What the rest of the library knows about a node, but not its users. */
export function modelOf(node: Node): Model {
  // A program without types may pass anything; that has no entry.
  const model = models.get(node);
  if (model === undefined) throw new TypeError('expected a Node: create one with new Node(name)');
  return model;
}

function missed(status: NodeStatus, settings: NodeSettings): NodeStatus {
  const maxRetries = settings.schedule === undefined ? (settings.maxRetries ?? UNLESS_CHOSEN) : 1;
  return status.retries >= maxRetries
    ? { ...status, state: 'failed' }
    : { ...status, state: 'inactive', retries: status.retries + 1 };
}

function acknowledgedBy(status: NodeStatus, acknowledgement: Acknowledgement): NodeStatus {
  const read = readAcknowledgement(acknowledgement);
  if (status.state !== 'failed') throw new HeartbeatError('HEARTBEAT_NOT_FAILED', 'the node has not failed');
  return { ...status, acknowledged: acknowledgedOf({ ...read, at: systemClock.wall() }) };
}
