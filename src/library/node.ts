import type { EmittedNode } from '../client/emitter/emitter.js';
import type { NodeState } from '../domain/node.js';
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
}

/** A node as an emitter for its tracker is to beat for it. */
export interface NodeOptions extends NodeSettings, Omit<EmittedNode, 'name'> {}

/** How a node stands. */
export interface NodeStanding {
  readonly state: NodeState;
  readonly retries: number;
  readonly lastHeartbeat: Date | undefined;
}

/** What a registered node reaches: the actor that it stands for. */
export interface NodeLink {
  heartbeat(name: string): Promise<NodeStanding>;
  miss(name: string): Promise<NodeStanding>;
  look(name: string): Promise<NodeStanding>;
}

const UNLESS_CHOSEN = 3;

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
  readonly emitted: Omit<EmittedNode, 'name'>;

  constructor(name: string, { probe, deadline, onProbeFailure, ...settings }: NodeOptions = {}) {
    this.name = name;
    this.settings = settings;
    this.emitted = { probe, deadline, onProbeFailure };
    models.set(this, {
      standing: { state: 'active', retries: 0, lastHeartbeat: undefined },
      link: undefined,
    });
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

  /** @throws HeartbeatError when it is registered, and the heartbeat was not taken */
  async updateHeartbeat(): Promise<void> {
    const { link } = modelOf(this);
    const now = { state: 'active', retries: 0, lastHeartbeat: new Date(systemClock.wall()) } as const;
    modelOf(this).standing = link === undefined ? now : await link.heartbeat(this.name);
  }

  /**
   * Counts a missed heartbeat now, without waiting for its deadline; the one for which no retry is left fails it.
   *
   * @throws HeartbeatError as `updateHeartbeat`
   */
  async incrementRetries(): Promise<void> {
    const { link, standing } = modelOf(this);
    modelOf(this).standing =
      link === undefined ? missed(standing, this.settings.maxRetries) : await link.miss(this.name);
  }

  /** Asks its actor how it stands; of a node that is not registered nobody knows more. */
  async refresh(): Promise<void> {
    const { link } = modelOf(this);
    if (link !== undefined) modelOf(this).standing = await link.look(this.name);
  }

  toJSON(): object {
    const { state, retries, lastHeartbeat } = this;
    return { name: this.name, state, retries, lastHeartbeat: lastHeartbeat ?? null };
  }
}

/** What the rest of the library knows of a node, and its users do not. */
export function modelOf(node: Node): Model {
  const model = models.get(node);
  if (model === undefined) throw new TypeError('this is no Node: make one with new Node(name)');
  return model;
}

function missed(standing: NodeStanding, maxRetries = UNLESS_CHOSEN): NodeStanding {
  return standing.retries >= maxRetries
    ? { ...standing, state: 'failed' }
    : { ...standing, state: 'inactive', retries: standing.retries + 1 };
}
