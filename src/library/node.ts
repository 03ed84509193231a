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

/** A timeout that is learnt from the intervals between a node's heartbeats. Durations in seconds. */
export interface AdaptiveTimeout {
  readonly adaptive: true;
  /** However regular they are, it is no shorter. */
  readonly min: number;
  /** However irregular, it is no longer; and it is this at first. */
  readonly max: number;
  /** The φ of a silence that counts as a miss. 8 if not given. */
  readonly threshold?: number | undefined;
}

/** What may be chosen for a node. What is absent is as the instance has it. */
export interface NodeSettings {
  /** Seconds that it may be silent before it misses a heartbeat, or within what they follow its own rhythm. */
  readonly timeout?: number | AdaptiveTimeout;
  /** Missed heartbeats in a row that it is forgiven: the one after them fails it. */
  readonly maxRetries?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** The names of those notifiers that its alerts go to. */
  readonly channels?: readonly string[];
  /** The names of nodes without which it cannot live: while one of them has failed, nobody is told of this one. */
  readonly dependsOn?: readonly string[];
}

/** How an emitter finds out whether a node is well. */
type Looks = Omit<EmittedNode, 'name' | 'settings'>;

/** A node as an emitter for its tracker is to beat for it. */
export interface NodeOptions extends NodeSettings, Looks {}

/** How a node stands. */
export interface NodeStanding {
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Date | undefined;
  /** Nobody watches it. */
  readonly paused: boolean;
  /** Who takes care of its failure; undefined of nobody, and of one that has not failed. */
  readonly acknowledged: Acknowledged | undefined;
}

/** What a registered node reaches: the actor that it stands for. */
export interface NodeLink {
  heartbeat(name: string): Promise<NodeStanding>;
  miss(name: string): Promise<NodeStanding>;
  fail(name: string, reason?: string): Promise<NodeStanding>;
  pause(name: string): Promise<NodeStanding>;
  resume(name: string): Promise<NodeStanding>;
  acknowledge(name: string, acknowledgement: Acknowledgement): Promise<NodeStanding>;
  unacknowledge(name: string): Promise<NodeStanding>;
  look(name: string): Promise<NodeStanding>;
}

const aName = must('a text such as "db-1"', (value) => typeof value === 'string');
const UNLESS_CHOSEN = 3;
const NEW: NodeStanding = {
  state: 'active',
  retries: 0,
  lastHeartbeat: undefined,
  paused: false,
  acknowledged: undefined,
};

interface Model {
  standing: NodeStanding;
  link: NodeLink | undefined;
}

const models = new WeakMap<Node, Model>();

/**
 * One thing with a pulse. Once a tracker has registered it, it stands for an actor of that name, and shows how that
 * one stood when this program last heard of it: with each change of its state, each call here, and `refresh`. Before
 * that it is a model of its own, by the same rules, which begins anew when it is registered.
 */
export class Node {
  readonly name: string;
  readonly settings: NodeSettings;
  /** How to find out whether it is well. */
  readonly emitted: Looks;

  /** @throws TypeError for what is no name, and for settings that a node does not have */
  constructor(name: string, options: NodeOptions = {}) {
    expectArgument("a node's name", name, aName);
    refuseProblems(`these settings of the node ${JSON.stringify(name)}`, nodeOptions(options, 'settings'));
    const { probe, deadline, onProbeFailure, ...settings } = options;
    this.name = name;
    this.settings = settings;
    this.emitted = { probe, deadline, onProbeFailure };
    models.set(this, { standing: NEW, link: undefined });
  }

  /** `inactive`: it has missed a heartbeat, and still has retries left. `failed`: it has none, or said so itself. */
  get state(): NodeState {
    return modelOf(this).standing.state;
  }

  /** Missed heartbeats in a row that it was forgiven. */
  get retries(): number {
    return modelOf(this).standing.retries;
  }

  /** Undefined before the first. */
  get lastHeartbeat(): Date | undefined {
    return modelOf(this).standing.lastHeartbeat;
  }

  /** Whether nobody watches it. */
  get paused(): boolean {
    return modelOf(this).standing.paused;
  }

  /** Who takes care of its failure; undefined of nobody, and of one that has not failed. */
  get acknowledged(): Acknowledged | undefined {
    const { acknowledged } = modelOf(this).standing;
    const until = acknowledged?.until?.getTime() ?? Infinity;
    return systemClock.wall() < until ? acknowledged : undefined;
  }

  /** @throws HeartbeatError when it is registered, and the heartbeat was not taken */
  updateHeartbeat(): Promise<void> {
    return this.#ask(
      (link) => link.heartbeat(this.name),
      ({ paused }) => ({ ...NEW, paused, lastHeartbeat: new Date(systemClock.wall()) }),
    );
  }

  /**
   * Counts a missed heartbeat now, without waiting for its deadline; the one for which no retry is left fails it.
   *
   * @throws HeartbeatError as `updateHeartbeat`
   */
  incrementRetries(): Promise<void> {
    return this.#ask(
      (link) => link.miss(this.name),
      (standing) => missed(standing, this.settings.maxRetries),
    );
  }

  /**
   * It reports itself failed, at once and without any retry, until its next heartbeat.
   *
   * @param reason shown in the flip and the alert: up to 10,000 bytes
   */
  fail(reason?: string): Promise<void> {
    return this.#ask(
      (link) => link.fail(this.name, reason),
      (standing) => (standing.state === 'failed' ? standing : { ...standing, state: 'failed' }),
    );
  }

  /** Nobody watches it any more: it takes heartbeats, and misses none. */
  pause(): Promise<void> {
    return this.#ask(
      (link) => link.pause(this.name),
      (standing) => ({ ...standing, paused: true }),
    );
  }

  /** It is watched again, with a timeout that begins now. */
  resume(): Promise<void> {
    return this.#ask(
      (link) => link.resume(this.name),
      (standing) => ({ ...standing, paused: false }),
    );
  }

  /**
   * Somebody takes care of its failure: nobody is reminded of it, and who is told late hears nothing of it.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_FAILED` of a node that has not failed
   */
  acknowledge(acknowledgement: Acknowledgement): Promise<void> {
    return this.#ask(
      (link) => link.acknowledge(this.name, acknowledgement),
      (standing) => acknowledgedBy(standing, acknowledgement),
    );
  }

  /** Nobody takes care of it any more: people are reminded again. Where nobody did, nothing changes. */
  unacknowledge(): Promise<void> {
    return this.#ask(
      (link) => link.unacknowledge(this.name),
      (standing) => ({ ...standing, acknowledged: undefined }),
    );
  }

  /** Asks its actor how it stands; of a node that is not registered nobody knows more. */
  refresh(): Promise<void> {
    return this.#ask(
      (link) => link.look(this.name),
      (standing) => standing,
    );
  }

  /** @param alone by what rule it goes on while it stands for no actor */
  async #ask(
    ask: (link: NodeLink) => Promise<NodeStanding>,
    alone: (standing: NodeStanding) => NodeStanding,
  ): Promise<void> {
    const { link, standing } = modelOf(this);
    const next = link === undefined ? alone(standing) : await ask(link);
    modelOf(this).standing = next;
  }

  toJSON(): object {
    const { state, retries, lastHeartbeat } = this;
    return { name: this.name, state, retries, lastHeartbeat: lastHeartbeat ?? null };
  }
}

/** What the rest of the library knows of a node, and its users do not. */
export function modelOf(node: Node): Model {
  // A program without types may hand over anything, which has no entry.
  const model = models.get(node);
  if (model === undefined) throw new TypeError('this is no Node: make one with new Node(name)');
  return model;
}

function missed(standing: NodeStanding, maxRetries = UNLESS_CHOSEN): NodeStanding {
  return standing.retries >= maxRetries
    ? { ...standing, state: 'failed' }
    : { ...standing, state: 'inactive', retries: standing.retries + 1 };
}

function acknowledgedBy(standing: NodeStanding, acknowledgement: Acknowledgement): NodeStanding {
  const read = readAcknowledgement(acknowledgement);
  if (standing.state !== 'failed')
    throw new HeartbeatError('HEARTBEAT_NOT_FAILED', 'the node has not failed');
  return { ...standing, acknowledged: acknowledgedOf({ ...read, at: systemClock.wall() }) };
}
