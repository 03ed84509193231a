import type { Accepted } from '../../../../src/client/api/lists.js';
import {
  Emitter,
  type EmittedNode,
  type EmitterObserver,
  type EmitterPlan,
} from '../../../../src/client/emitter/emitter.js';
import type { ChosenNode } from '../../../../src/client/emitter/registering.js';
import type { Target } from '../../../../src/client/emitter/target.js';

interface Call {
  readonly nodes: readonly string[];
  readonly at: number;
}

/** A target of heartbeats with configurable behaviour. */
export class FakeTarget implements Target {
  readonly calls: Call[] = [];
  readonly reports: string[] = [];
  readonly registered: ChosenNode[] = [];
  answerSettings: (node: ChosenNode) => Promise<void> = () => Promise.resolve();
  underWay = 0;
  mostUnderWay = 0;
  behave: (call: Call) => Promise<Accepted | undefined> = () => Promise.resolve(undefined);

  async heartbeats(nodes: readonly string[]): Promise<Accepted> {
    const call = { nodes: [...nodes], at: performance.now() };
    this.calls.push(call);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      return (await this.behave(call)) ?? { accepted: nodes.length, rejected: [] };
    } finally {
      this.underWay--;
    }
  }

  register(node: ChosenNode): Promise<void> {
    this.registered.push(node);
    return this.answerSettings(node);
  }

  fail(node: string): Promise<void> {
    this.reports.push(node);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The number of heartbeats of each node. */
  get beats(): Map<string, number> {
    const beats = new Map<string, number>();
    for (const { nodes } of this.calls) for (const node of nodes) beats.set(node, (beats.get(node) ?? 0) + 1);
    return beats;
  }
}

const PLAN: EmitterPlan = {
  intervalMs: 200,
  maxConcurrent: 4,
  maxProbes: 8,
  thresholds: {},
  deadlineMs: 100,
  onProbeFailure: 'skip',
};

/** A running emitter, with the events that it reported. */
export class Run {
  readonly target = new FakeTarget();
  readonly told: string[] = [];
  readonly emitter: Emitter;
  readonly #stop = new AbortController();
  #ended: Promise<void> | undefined;

  constructor(nodes: readonly (string | EmittedNode)[], plan: Partial<EmitterPlan> = {}) {
    const observer: EmitterObserver = {
      unreachable: (error) => this.told.push(`unreachable: ${String(error)}`),
      reachable: () => this.told.push('reachable'),
      refused: (node, error) => this.told.push(`refused ${node}: ${error}`),
      settingsRefused: (node, reason) => this.told.push(`settings of ${node}: ${reason}`),
      probeFailed: (node, reason) => this.told.push(`unwell ${node}: ${reason}`),
      probePassed: (node) => this.told.push(`well ${node}`),
      leftToJobs: (jobs) => this.told.push(`left to jobs: ${jobs.join(', ')}`),
    };
    const given = nodes.map((node) => (typeof node === 'string' ? { name: node } : node));
    this.emitter = new Emitter(given, { ...PLAN, ...plan }, this.target, observer);
  }

  begin(): this {
    this.#ended = this.emitter.run(this.#stop.signal);
    return this;
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

export function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `node-${index}`);
}
