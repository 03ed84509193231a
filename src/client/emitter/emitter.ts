import type { Accepted } from '../api/lists.js';
import { isUnreachable } from '../api/request-error.js';
import { PacedScheduler, type TaskOutcome } from '../schedule/paced-scheduler.js';
import { batchSize, type BatchSizeThresholds } from './batch-size.js';
import { LimitedCalls, type CallsObserver } from './limited-calls.js';
import { HeartbeatBatcher } from './heartbeat-batcher.js';
import { Registering, type NodeSettingsBody } from './registering.js';
import { Tally, type EmitterReport } from './tally.js';
import type { Target } from './target.js';
import type { Probe } from '../../domain/probe.js';
import type { Millis, Seconds } from '../../domain/time.js';
import { ProbeGroups, type ProbedNode } from './probe-groups.js';

export interface EmittedNode {
  readonly name: string;
  /** Without a probe, heartbeats are sent as long as the emitter runs, unless it has a schedule. */
  readonly probe?: Probe | undefined;
  /** Its job sends the heartbeats: without a probe the emitter sends none, since they would hide a missed run. */
  readonly hasSchedule?: boolean | undefined;
  /** How long its probe may take. */
  readonly deadline?: Seconds | undefined;
  readonly onProbeFailure?: OnProbeFailure | undefined;
  /** The settings it is registered with. Without any, its first heartbeat registers it. */
  readonly settings?: NodeSettingsBody | undefined;
}

/** The most characters of a probe's reason that are reported: the daemon takes 10,000 bytes. */
const LONGEST_REASON = 1000;

/** `skip`: no heartbeat is sent, and the node fails by its timeout. `report`: its failure is reported at once. */
export type OnProbeFailure = 'skip' | 'report';

export interface EmitterPlan {
  /** The interval between two heartbeats of a node. */
  readonly intervalMs: Millis;
  /** The most calls at once. */
  readonly maxConcurrent: number;
  /** The most probes at once. */
  readonly maxProbes: number;
  readonly thresholds: BatchSizeThresholds;
  /** The default for nodes without a deadline of their own. */
  readonly deadlineMs: Millis;
  readonly onProbeFailure: OnProbeFailure;
}

/** Gets what a person may want to know. */
export interface EmitterObserver {
  /** A call was not acknowledged, and the one before it was. */
  unreachable(error: unknown): void;
  /** A call was acknowledged, and the one before it was not. */
  reachable(): void;
  refused(node: string, error: string): void;
  /** The node's settings were refused, and are not tried again. */
  settingsRefused(node: string, reason: string): void;
  probeFailed(node: string, reason: string): void;
  probePassed(node: string): void;
  /** No heartbeats are sent for nodes with a schedule and no probe. Told when the emitter starts, or as they are added. */
  leftToJobs(nodes: readonly string[]): void;
}

/** The first delay before a call that was not acknowledged is repeated. */
const AGAIN_MS: Millis = 250;
/** Node takes none that is longer. */
const LONGEST_TIMER_MS: Millis = 2 ** 31 - 1;

/**
 * Sends heartbeats for many nodes, once per interval each. Nodes without a probe are sent in fixed batches, spread over
 * the interval. The others are probed one by one, also spread, and are batched as they pass. A node has at most one
 * heartbeat under way, so heartbeats that cannot be sent do not pile up. A node with a schedule and no probe is only
 * registered: its job sends the heartbeats.
 */
export class Emitter {
  readonly #plan: EmitterPlan;
  readonly #target: Target;
  readonly #observer: EmitterObserver;
  readonly #batches: string[][] = [];
  readonly #failing = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #tally = new Tally();
  readonly #calls: LimitedCalls;
  readonly #batcher: HeartbeatBatcher;
  readonly #registering: Registering;
  readonly #jobs: readonly string[];
  readonly #beats: PacedScheduler;
  readonly #probes: ProbeGroups<EmittedNode & ProbedNode>;
  #size = 0;

  constructor(nodes: readonly EmittedNode[], plan: EmitterPlan, target: Target, observer: EmitterObserver) {
    this.#plan = plan;
    this.#target = target;
    this.#observer = observer;
    const { intervalMs: longestSpreadMs, maxConcurrent } = plan;
    this.#calls = new LimitedCalls({ maxConcurrent, longestSpreadMs }, this.#heard());
    this.#size = nodes.length;
    const again = { againMs: Math.min(AGAIN_MS, plan.intervalMs), longestAgainMs: plan.intervalMs };
    const leastAgainMs = (): Millis => this.#calls.waitMs;
    this.#registering = new Registering({
      ...again,
      leastAgainMs,
      // Refused settings do not mean that heartbeats are refused.
      register: (node) => this.#calls.make(() => target.register(node), isUnreachable),
      registered: () => {
        this.#tally.registered();
      },
      refused: (node, reason, isNew) => {
        this.#tally.settingsRefused();
        if (isNew) observer.settingsRefused(node, reason);
      },
    });
    const began = ({ lateMs }: TaskOutcome): void => {
      this.#tally.began(lateMs);
    };
    const schedule = { durationMs: Infinity, seed: Math.floor(Math.random() * 2 ** 32), leastAgainMs };
    this.#probes = new ProbeGroups(
      { ...schedule, everyMs: plan.intervalMs, deadlineMs: plan.deadlineMs, inFlight: plan.maxProbes },
      (node, reason) => this.#probed(node, reason),
      began,
    );
    for (const node of nodes) this.#place(node);
    this.#jobs = nodes.filter(isLeftToJob).map(({ name }) => name);
    this.#batcher = new HeartbeatBatcher({
      size: () => this.#batchSize,
      lingerMs: plan.intervalMs / 20,
      ...again,
      leastAgainMs,
      isWanted: (name) => !this.#failing.has(name),
      send: (names) => this.#send(names),
    });
    const pace = { usualMs: plan.intervalMs, arrivalMs: plan.intervalMs };
    this.#beats = new PacedScheduler(
      { ...schedule, tasks: this.#batches.length, pace: { ...pace, ...again }, inFlight: plan.maxConcurrent },
      (batch) => this.#send(this.#batches[batch] ?? []),
      began,
    );
  }

  /** Sends its first heartbeat within an interval from now. */
  add(node: EmittedNode): void {
    this.#size++;
    const { length } = this.#batches;
    this.#place(node);
    if (isLeftToJob(node)) this.#observer.leftToJobs([node.name]);
    else if (this.#batches.length > length) this.#beats.add();
  }

  /** Resolves once the signal is aborted and nothing is under way. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#jobs.length > 0) this.#observer.leftToJobs(this.#jobs);
    // With nothing but jobs there is no other timer, and a program that waits for the emitter alone would end.
    const stay = setInterval(() => undefined, LONGEST_TIMER_MS);
    try {
      await Promise.all([this.#registering.run(signal), this.#beats.run(signal), this.#probes.run(signal)]);
      await this.#batcher.end();
    } finally {
      clearInterval(stay);
    }
  }

  get report(): EmitterReport {
    const { pending } = this.#registering;
    return this.#tally.report({ nodes: this.#size, failing: this.#failing.size, pending });
  }

  get #batchSize(): number {
    return batchSize(this.#size, this.#plan.thresholds);
  }

  #place(node: EmittedNode): void {
    const { name, settings = {} } = node;
    if (Object.keys(settings).length > 0) this.#registering.add({ name, settings });
    if (isLeftToJob(node)) return;
    if (node.probe !== undefined) {
      this.#probes.add({ ...node, probe: node.probe });
      return;
    }
    const last = this.#batches.at(-1);
    if (last !== undefined && last.length < this.#batchSize) last.push(node.name);
    else this.#batches.push([node.name]);
  }

  async #send(names: readonly string[]): Promise<void> {
    const taken = await this.#calls.make(() => this.#target.heartbeats(names));
    this.#tally.taken(taken.accepted, taken.rejected.length);
    this.#noteRefusals(names, taken.rejected);
  }

  /** Reports each node once while it keeps being refused. */
  #noteRefusals(names: readonly string[], rejected: Accepted['rejected']): void {
    const refused = new Map(rejected.map(({ index, error }) => [names[index] ?? '', error]));
    if (this.#refused.size > 0) for (const name of names) if (!refused.has(name)) this.#refused.delete(name);
    for (const [name, error] of refused) {
      if (!this.#refused.has(name)) this.#observer.refused(name, error);
      this.#refused.add(name);
    }
  }

  async #probed({ name, onProbeFailure }: EmittedNode, reason: string | undefined): Promise<void> {
    this.#tally.probed();
    if (reason === undefined) {
      if (this.#failing.delete(name)) this.#observer.probePassed(name);
      this.#batcher.add(name);
      return;
    }
    this.#tally.probeFailed();
    this.#batcher.remove(name);
    if (!this.#failing.has(name)) this.#observer.probeFailed(name, reason);
    this.#failing.add(name);
    if ((onProbeFailure ?? this.#plan.onProbeFailure) === 'report')
      await this.#report(name, reason.slice(0, LONGEST_REASON));
  }

  /** Reports at every failed probe: a lost report is made up for by the next, and a failed node stays failed. */
  async #report(name: string, reason: string): Promise<void> {
    try {
      await this.#calls.make(() => this.#target.fail(name, reason));
      this.#tally.reported();
    } catch {
      // Already counted and reported.
    }
  }

  #heard(): CallsObserver {
    return {
      failed: (error) => {
        this.#tally.failed(error);
      },
      unreachable: (error) => {
        this.#observer.unreachable(error);
      },
      reachable: () => {
        this.#observer.reachable();
      },
      returned: () => {
        this.#registering.again();
      },
    };
  }
}

function isLeftToJob({ probe, hasSchedule }: EmittedNode): boolean {
  return probe === undefined && hasSchedule === true;
}
