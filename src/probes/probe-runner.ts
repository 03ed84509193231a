import { PROBE_DEADLINE, PROBE_EVERY, type NodeProbe, type ProbeFindings } from '../domain/probe.js';
import { toMillis, type Millis, type Seconds } from '../domain/time.js';
import type { ProbeChange, ProbedNode, ProbeLimits, ProberReport } from '../ports/prober.js';
import { ProbeSchedule } from './probe-schedule.js';
import type { Network, ProbeClock } from './probe-run.js';
import { runProbe } from './run-probe.js';
import { Stalls } from './stalls.js';

/** How long results are collected before they are reported. */
const COLLECT: Millis = 50;

export interface ProbeRunnerDeps {
  readonly clock: ProbeClock;
  /** What probes may connect to. */
  network(limits: ProbeLimits): Network;
  report(report: ProberReport): void;
}

/** Runs the probes of nodes by their schedule, and reports the results. */
export class ProbeRunner {
  readonly #deps: ProbeRunnerDeps;
  readonly #changes = new Map<string, ProbeChange & { readonly probe: NodeProbe }>();
  readonly #schedule: ProbeSchedule;
  readonly #stalls: Stalls;
  #network: Network = { permits: () => false };
  #results: ProbedNode[] = [];

  constructor(deps: ProbeRunnerDeps) {
    this.#deps = deps;
    this.#stalls = new Stalls(deps.clock);
    // No probe begins before the limits are known.
    this.#schedule = new ProbeSchedule(0, { clock: deps.clock, run: (node) => this.#run(node) });
  }

  limit(limits: ProbeLimits): void {
    this.#network = this.#deps.network(limits);
    this.#schedule.concurrency = limits.concurrency;
  }

  change(changes: readonly ProbeChange[]): void {
    for (const { probe, ...change } of changes) {
      const { node, isNew } = change;
      if (probe === undefined) {
        this.#changes.delete(node);
        this.#schedule.remove(node);
      } else {
        this.#changes.set(node, { ...change, probe });
        this.#schedule.set(node, toMillis(everyOf(probe)), isNew);
      }
    }
  }

  async #run(name: string): Promise<boolean> {
    const change = this.#changes.get(name);
    if (change === undefined) return false;
    const { node, probe, generation } = change;
    const { clock } = this.#deps;
    const at = clock.wall();
    const stalls = this.#stalls.look();
    const deadline = probe.expect?.max_ms ?? toMillis(Math.min(PROBE_DEADLINE, everyOf(probe)));
    const findings: ProbeFindings = await runProbe(probe, deadline, clock, this.#network);
    if (findings.reason !== undefined && this.#stalls.look() !== stalls) return true;
    this.#add({ node, generation, result: { at, ...findings } });
    return false;
  }

  #add(result: ProbedNode): void {
    this.#results.push(result);
    if (this.#results.length > 1) return;
    this.#deps.clock.after(COLLECT, () => {
      const results = this.#results;
      this.#results = [];
      this.#deps.report({ results, underWay: this.#schedule.underWay, waiting: this.#schedule.waiting });
    });
  }
}

function everyOf({ every = PROBE_EVERY }: NodeProbe): Seconds {
  return every;
}
