import { assertNever } from '../../src/domain/assert-never.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { KeptProbeResults, NodeProbe, ProbeResult } from '../../src/domain/probe.js';
import { unixSeconds, type Instant, type Millis } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ProbeChange, ProbeLimits, Prober, ProberReport, StartProber } from '../../src/ports/prober.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../supervisor/supervised-actor.js';
import type { ProbeCounts } from './probe-counts.js';
import type { Probed, ProbesCommand } from './probes.protocol.js';
import { ResultKeeper, type ResultStore } from './result-keeper.js';

/** How often the prober is asked whether it still runs. */
const ASK_EVERY: Millis = 5000;
/** How often it is asked without an answer before it counts as stuck. More than once: it may be this thread that stood still. */
const UNANSWERED = 3;
/** The results of a node that are kept. */
const KEPT = 20;

export interface ProbesDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined: nothing is probed. */
  readonly startProber: StartProber | undefined;
  readonly counts: ProbeCounts;
  /** Where the last results are kept. */
  readonly store: ResultStore;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  /** Those in force. They may change. */
  readonly limits: () => ProbeLimits;
  /** Tells the nodes what was found. */
  readonly probed: (results: readonly Probed[]) => void;
}

export interface ProbeFigures {
  /** Those that have a probe. */
  readonly nodes: number;
  /** Probes that run now. */
  readonly underWay: number;
  /** Probes that are due, and wait for others to end. */
  readonly waiting: number;
  /** Whether there are probes, and none can be run. */
  readonly isFailing: boolean;
}

interface Entry {
  readonly probe: NodeProbe;
  readonly generation: number;
  /** Oldest first. */
  readonly results: ProbeResult[];
  /** Whether there may be results of the last run. */
  readonly isOfLastRun: boolean;
}

/**
 * Has the nodes probed, by a prober that runs elsewhere: keeps which, starts it when there is one to probe, restarts it
 * through the supervisor when it ends or does not answer, and passes results on. The object outlives a crash.
 */
export class Probes implements Behaviour<ProbesCommand> {
  readonly name = 'probes';
  readonly #deps: ProbesDeps;
  readonly #actor: SupervisedActor<ProbesCommand>;
  readonly #entries = new Map<NodeName, Entry>();
  readonly #keeper: ResultKeeper;
  #generation = 0;
  #hasResumed = false;
  #exitSignal: ExitSignal | undefined;
  #prober: Prober | undefined;
  #timer: Cancel | undefined;
  #unanswered = 0;
  /** Since when no prober has been heard, and why the last one ended. */
  #failure: { readonly since: Instant; readonly error: string } | undefined;
  #underWay = 0;
  #waiting = 0;

  constructor(deps: ProbesDeps) {
    this.#deps = deps;
    this.#actor = new SupervisedActor(this, deps.restarts, deps);
    this.#keeper = new ResultKeeper({ ...deps, resultsOf: (node) => this.#kept(node) });
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.#exitSignal = exitSignal;
    this.#actor.start(exitSignal, place);
    this.#begin(false);
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  /** Called in the turn of the node's actor. */
  tell(command: ProbesCommand): void {
    this.#actor.tell(command);
  }

  /** The last results of a node, newest first. */
  resultsOf(node: NodeName): readonly ProbeResult[] {
    return this.#entries.get(node)?.results.toReversed() ?? [];
  }

  /** Nodes that are probed, probes that run, or are due and wait, and whether none run although there are nodes. */
  get figures(): ProbeFigures {
    const { size: nodes } = this.#entries;
    return { nodes, underWay: this.#underWay, waiting: this.#waiting, isFailing: this.#isFailing };
  }

  get #isFailing(): boolean {
    return this.#failure !== undefined && this.#entries.size > 0;
  }

  handle(command: ProbesCommand): void {
    switch (command.kind) {
      case 'change':
        return this.#change(command);
      case 'resume':
        return this.#resume();
      case 'limit':
        return this.#prober?.limit(this.#deps.limits());
      case 'heard':
        return this.#heard(command.report);
      default:
        assertNever(command);
    }
  }

  handled(): void {
    // Nothing waits for it.
  }

  discard(): void {
    // A lost report is made up for by the next; a lost change by the next start of the prober.
  }

  #resume(): void {
    this.#hasResumed = true;
    const probed = Array.from(this.#entries, ([node, { probe }]) => ({ node, probe }));
    void this.#keeper.read(probed, ({ node, results }) => {
      const entry = this.#entries.get(node);
      if (entry?.isOfLastRun !== true) return;
      entry.results.unshift(...results);
      entry.results.splice(0, entry.results.length - KEPT);
    });
    this.#begin(false);
  }

  #kept(node: NodeName): KeptProbeResults | undefined {
    const { probe, results } = this.#entries.get(node) ?? {};
    if (probe === undefined || results === undefined || results.length === 0) return undefined;
    return { node, probe, results: [...results] };
  }

  #change({ node, probe, isNew }: Extract<ProbesCommand, { kind: 'change' }>): void {
    const generation = ++this.#generation;
    if (probe === undefined) this.#entries.delete(node);
    else this.#entries.set(node, { probe, generation, results: [], isOfLastRun: !this.#hasResumed });
    if (this.#hasResumed) this.#keeper.changed(node);
    if (this.#prober === undefined) this.#begin(isNew);
    else this.#prober.change([{ node, generation, probe, isNew }]);
  }

  /** Starts the prober, once there is something to probe. */
  #begin(isNew: boolean): void {
    const { startProber, limits, logger } = this.#deps;
    const exitSignal = this.#exitSignal;
    if (this.#prober !== undefined || exitSignal === undefined || startProber === undefined) return;
    if (!this.#hasResumed || this.#entries.size === 0) return;
    const prober = startProber({
      heard: (report) => {
        if (this.#prober !== prober) return;
        this.#failure = undefined;
        this.#actor.tell({ kind: 'heard', report });
      },
      answered: () => {
        if (this.#prober !== prober) return;
        this.#unanswered = 0;
        this.#failure = undefined;
      },
      ended: (error) => {
        if (this.#prober !== prober) return;
        logger.error('prober ended', { error });
        this.#giveUp(error);
      },
    });
    this.#prober = prober;
    prober.limit(limits());
    prober.change(
      Array.from(this.#entries, ([node, { probe, generation }]): ProbeChange => ({
        node,
        generation,
        probe,
        isNew,
      })),
    );
    this.#unanswered = 0;
    this.#ask();
  }

  #ask(): void {
    this.#timer = this.#deps.clock.after(ASK_EVERY, () => {
      if (++this.#unanswered > UNANSWERED) {
        this.#deps.logger.error('prober does not answer', { seconds: (UNANSWERED * ASK_EVERY) / 1000 });
        this.#giveUp(new Error('the prober does not answer'));
        return;
      }
      this.#prober?.ask();
      this.#ask();
    });
  }

  /** The supervisor stops what is left of it, and starts another. */
  #giveUp(error: Error): void {
    const since = this.#failure?.since ?? this.#deps.clock.wall();
    this.#failure = { since, error: error.message };
    this.#exitSignal?.crashed(error);
  }

  #heard({ results, underWay, waiting }: ProberReport): void {
    const { counts, probed } = this.#deps;
    this.#underWay = underWay;
    this.#waiting = waiting;
    const counted: Probed[] = [];
    for (const { node, generation, result } of results) {
      const entry = this.#entries.get(node);
      // It has another probe by now, or none.
      if (entry?.generation !== generation) continue;
      entry.results.push(result);
      if (entry.results.length > KEPT) entry.results.shift();
      this.#keeper.changed(node);
      if (result.reason === undefined) counts.passed++;
      else counts.failed++;
      counted.push({ node, failure: result.reason });
    }
    if (counted.length > 0) probed(counted);
  }

  async #stop(): Promise<void> {
    this.#timer?.();
    const prober = this.#prober;
    this.#prober = undefined;
    this.#exitSignal = undefined;
    this.#underWay = 0;
    this.#waiting = 0;
    await Promise.all([prober?.stop(), this.#actor.stop()]);
    this.#keeper.end();
  }

  inspect(): object {
    return {
      nodes: this.#entries.size,
      prober: this.#isFailing ? 'failing' : this.#prober === undefined ? 'stopped' : 'running',
      ...(this.#isFailing &&
        this.#failure !== undefined && {
          failing_since: unixSeconds(this.#failure.since),
          error: `no node is probed: the last prober ended (${this.#failure.error})`,
        }),
      under_way: this.#underWay,
      waiting: this.#waiting,
      mailbox: this.#actor.waiting,
      ...this.#actor.inspect(),
    };
  }
}
