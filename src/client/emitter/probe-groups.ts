import pLimit, { type LimitFunction } from 'p-limit';
import type { Probe } from '../../domain/probe.js';
import { instant, moment, type Millis, type Seconds, toMillis } from '../../domain/time.js';
import type { ProbeClock } from '../../probes/probe-run.js';
import { runProbe } from '../../probes/run-probe.js';
import { PacedScheduler, type SchedulePlan, type TaskOutcome } from '../schedule/paced-scheduler.js';

/** A node that is probed. */
export interface ProbedNode {
  readonly probe: Probe;
  /** How long its probe may take. */
  readonly deadline?: Seconds | undefined;
}

interface ProbePlan extends Omit<SchedulePlan, 'tasks' | 'pace'> {
  /** The interval of probes that give none. */
  readonly everyMs: Millis;
  /** The default for nodes without a deadline of their own. */
  readonly deadlineMs: Millis;
}

/** Probes of one interval. */
interface Group<Node> {
  readonly nodes: Node[];
  /** Once they run. */
  scheduler: PacedScheduler | undefined;
}

const CLOCK: ProbeClock = {
  now: () => moment(performance.now()),
  wall: () => instant(Date.now()),
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The probes of an emitter, spread over their intervals. All intervals share one limit. */
export class ProbeGroups<Node extends ProbedNode> {
  readonly #plan: ProbePlan;
  readonly #probed: (node: Node, reason: string | undefined) => Promise<void>;
  readonly #began: (outcome: TaskOutcome) => void;
  readonly #limit: LimitFunction;
  readonly #groups = new Map<Millis, Group<Node>>();
  readonly #runs: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  /**
   * @param probed is told the result: why it failed, or undefined
   * @param began is told how late a probe began
   */
  constructor(
    plan: ProbePlan,
    probed: (node: Node, reason: string | undefined) => Promise<void>,
    began: (outcome: TaskOutcome) => void,
  ) {
    this.#plan = plan;
    this.#probed = probed;
    this.#began = began;
    this.#limit = pLimit(plan.inFlight);
  }

  add(node: Node): void {
    const everyMs = everyOf(node.probe) ?? this.#plan.everyMs;
    const group = this.#groups.get(everyMs) ?? { nodes: [], scheduler: undefined };
    this.#groups.set(everyMs, group);
    group.nodes.push(node);
    if (group.scheduler !== undefined) group.scheduler.add();
    else if (this.#signal !== undefined) this.#start(everyMs, group, this.#signal);
  }

  /** Resolves once the signal is aborted and nothing is under way. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const [everyMs, group] of this.#groups) this.#start(everyMs, group, signal);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else
        signal.addEventListener('abort', () => {
          resolve();
        });
    });
    await Promise.all(this.#runs);
  }

  #start(everyMs: Millis, group: Group<Node>, signal: AbortSignal): void {
    const { nodes } = group;
    group.scheduler = new PacedScheduler(
      { ...this.#plan, tasks: nodes.length, pace: { usualMs: everyMs, arrivalMs: everyMs } },
      (index) => this.#limit(() => this.#probe(nodes[index])),
      this.#began,
    );
    this.#runs.push(group.scheduler.run(signal));
  }

  async #probe(node: Node | undefined): Promise<void> {
    if (node === undefined) return;
    const { probe, deadline } = node;
    const deadlineMs = deadline === undefined ? this.#plan.deadlineMs : toMillis(deadline);
    const { reason } = await runProbe(probe, deadlineMs, CLOCK);
    await this.#probed(node, reason);
  }
}

function everyOf(probe: Probe): Millis | undefined {
  return typeof probe === 'function' || probe.every === undefined ? undefined : toMillis(probe.every);
}
