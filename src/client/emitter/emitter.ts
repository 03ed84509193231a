import type { TakenMany } from '../answers.js';
import { HeartbeatUnreachableError } from '../errors.js';
import { PacedScheduler, type TaskOutcome } from '../schedule/paced-scheduler.js';
import { batchSize, type BatchSizeThresholds } from './batch-size.js';
import { Calls, type CallsObserver } from './calls.js';
import { HeartbeatBatcher } from './heartbeat-batcher.js';
import { runProbe, type Probe } from './probes/probe.js';
import { Registering, type NodeSettingsBody } from './registering.js';
import { Tally, type EmitterReport } from './tally.js';
import type { Target } from './target.js';
import { type Millis, type Seconds, toMillis } from '../../domain/time.js';

export interface EmittedNode {
  readonly name: string;
  /** Without one it is beaten for as long as the emitter runs. */
  readonly probe?: Probe | undefined;
  /** How long its probe may take. */
  readonly deadline?: Seconds | undefined;
  readonly onProbeFailure?: OnProbeFailure | undefined;
  /** With what it is registered. Without any, its first heartbeat registers it. */
  readonly settings?: NodeSettingsBody | undefined;
}

/** Characters of what a probe says that are reported, at the most: the daemon takes 10,000 bytes. */
const LONGEST_REASON = 1000;

/** `skip`: it is not beaten for, and fails by its timeout. `report`: it is reported failed, at once. */
export type OnProbeFailure = 'skip' | 'report';

export interface EmitterPlan {
  /** From one heartbeat of a node to the next. */
  readonly intervalMs: Millis;
  /** Calls under way at once. */
  readonly maxConcurrent: number;
  /** Probes under way at once. */
  readonly maxProbes: number;
  readonly thresholds: BatchSizeThresholds;
  /** What holds for nodes that do not say otherwise. */
  readonly deadlineMs: Millis;
  readonly onProbeFailure: OnProbeFailure;
}

/** Told of what a person may want to know. */
export interface EmitterObserver {
  /** A call was not acknowledged, after one that was. */
  unreachable(error: unknown): void;
  /** One was, after one that was not. */
  reachable(): void;
  refused(node: string, error: string): void;
  /** What was chosen for the node is not taken, and is not tried again. */
  settingsRefused(node: string, reason: string): void;
  probeFailed(node: string, reason: string): void;
  probePassed(node: string): void;
}

/** How soon a call that was not acknowledged is sent again, at first. */
const AGAIN_MS: Millis = 250;

/**
 * Beats for many nodes, each every interval. Those without a probe go in fixed batches that are spread over the
 * interval; the others are probed one by one, likewise spread, and go together as they pass. A node has one heartbeat
 * on its way at most, so that what cannot be sent waits, and does not pile up.
 */
export class Emitter {
  readonly #plan: EmitterPlan;
  readonly #target: Target;
  readonly #observer: EmitterObserver;
  readonly #batches: string[][] = [];
  readonly #probed: EmittedNode[] = [];
  readonly #unwell = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #tally = new Tally();
  readonly #calls: Calls;
  readonly #batcher: HeartbeatBatcher;
  readonly #registering: Registering;
  readonly #beats: PacedScheduler;
  readonly #probes: PacedScheduler;
  #size = 0;

  constructor(nodes: readonly EmittedNode[], plan: EmitterPlan, target: Target, observer: EmitterObserver) {
    this.#plan = plan;
    this.#target = target;
    this.#observer = observer;
    const { intervalMs: longestSpreadMs, maxConcurrent } = plan;
    this.#calls = new Calls({ maxConcurrent, longestSpreadMs }, this.#heard());
    this.#size = nodes.length;
    const again = { againMs: Math.min(AGAIN_MS, plan.intervalMs), longestAgainMs: plan.intervalMs };
    const leastAgainMs = (): Millis => this.#calls.waitMs;
    this.#registering = new Registering({
      ...again,
      leastAgainMs,
      // That settings are refused says nothing about heartbeats.
      register: (node) => this.#calls.make(() => target.register(node), isUnreachable),
      registered: () => {
        this.#tally.registered();
      },
      refused: (node, reason, isNew) => {
        this.#tally.settingsRefused();
        if (isNew) observer.settingsRefused(node, reason);
      },
    });
    for (const node of nodes) this.#place(node);
    this.#batcher = new HeartbeatBatcher({
      size: () => this.#batchSize,
      lingerMs: plan.intervalMs / 20,
      ...again,
      leastAgainMs,
      isWanted: (name) => !this.#unwell.has(name),
      send: (names) => this.#send(names),
    });
    const pace = { usualMs: plan.intervalMs, arrivalMs: plan.intervalMs };
    const began = ({ lateMs }: TaskOutcome): void => {
      this.#tally.began(lateMs);
    };
    const schedule = { durationMs: Infinity, seed: Math.floor(Math.random() * 2 ** 32), leastAgainMs };
    this.#beats = new PacedScheduler(
      { ...schedule, tasks: this.#batches.length, pace: { ...pace, ...again }, inFlight: plan.maxConcurrent },
      (batch) => this.#send(this.#batches[batch] ?? []),
      began,
    );
    this.#probes = new PacedScheduler(
      { ...schedule, tasks: this.#probed.length, pace, inFlight: plan.maxProbes },
      (index) => this.#probe(this.#probed[index]),
      began,
    );
  }

  /** It is beaten for within an interval from now. */
  add(node: EmittedNode): void {
    this.#size++;
    const { length } = this.#batches;
    this.#place(node);
    if (node.probe !== undefined) this.#probes.add();
    else if (this.#batches.length > length) this.#beats.add();
  }

  /** Resolves once the signal is aborted, and what was under way has come to its end. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#registering.run(signal), this.#beats.run(signal), this.#probes.run(signal)]);
    await this.#batcher.end();
  }

  get report(): EmitterReport {
    return this.#tally.report(this.#size, this.#unwell.size);
  }

  get #batchSize(): number {
    return batchSize(this.#size, this.#plan.thresholds);
  }

  #place(node: EmittedNode): void {
    const { name, settings = {} } = node;
    if (Object.keys(settings).length > 0) this.#registering.add({ name, settings });
    if (node.probe !== undefined) {
      this.#probed.push(node);
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

  /** Each is told of once, for as long as it goes on being refused. */
  #noteRefusals(names: readonly string[], rejected: TakenMany['rejected']): void {
    const refused = new Map(rejected.map(({ index, error }) => [names[index] ?? '', error]));
    if (this.#refused.size > 0) for (const name of names) if (!refused.has(name)) this.#refused.delete(name);
    for (const [name, error] of refused) {
      if (!this.#refused.has(name)) this.#observer.refused(name, error);
      this.#refused.add(name);
    }
  }

  async #probe(node: EmittedNode | undefined): Promise<void> {
    if (node?.probe === undefined) return;
    const { name, probe, deadline, onProbeFailure } = node;
    const deadlineMs = deadline === undefined ? this.#plan.deadlineMs : toMillis(deadline);
    const reason = await runProbe(probe, deadlineMs);
    this.#tally.probed();
    if (reason === undefined) {
      if (this.#unwell.delete(name)) this.#observer.probePassed(name);
      this.#batcher.add(name);
      return;
    }
    this.#tally.probeFailed();
    this.#batcher.remove(name);
    if (!this.#unwell.has(name)) this.#observer.probeFailed(name, reason);
    this.#unwell.add(name);
    if ((onProbeFailure ?? this.#plan.onProbeFailure) === 'report')
      await this.#report(name, reason.slice(0, LONGEST_REASON));
  }

  /** Each time anew: one that was lost is made up for by the next, and of the failed it changes nothing. */
  async #report(name: string, reason: string): Promise<void> {
    try {
      await this.#calls.make(() => this.#target.fail(name, reason));
      this.#tally.reported();
    } catch {
      // It has been counted, and told of.
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

function isUnreachable(error: unknown): boolean {
  return error instanceof HeartbeatUnreachableError;
}
