import { setTimeout as sleep } from 'node:timers/promises';

import { toleranceAfter } from '../../src/cli/bench/check/tolerance.js';
import { HealTally } from '../../src/cli/bench/figures/heal-tally.js';
import {
  PacedScheduler,
  type TaskOutcome,
  type SchedulePlan,
  type RunTask,
} from '../../src/client/schedule/paced-scheduler.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import type { LoadClient } from '../../src/cli/bench/load-client.js';
import type { BenchContext } from '../context.js';
import { GROUP } from '../population/groups.js';
import { cpuMicroseconds } from '../process/cpu.js';
import { HostWatch } from '../process/host.js';
import { Cohorts } from './cohorts.js';
import { checkSample } from './histories.js';
import { Inspection } from './inspection.js';
import type { Aftermath, SingleCall } from './report.js';
import { watchDaemon, type DaemonSample } from './watch.js';

export const TIMEOUT_MS = 10_000;
const HEAL_EVERY_MS = 7_000;
/** The daemon's `Retry-After` when it refuses a call. */
const AGAIN_MS = 1_000;
/** Users who are healed and checked one by one: 50 calls a second of each kind. */
const SINGLES = 350;
/** All users are checked once within this time, repeatedly. */
const SWEEP_MS = 150_000;
/** The most calls at once, one per connection. */
export const IN_FLIGHT = { batches: 16, singles: 64, sweeps: 4, watch: 1 } as const;

/** Three gaps: then heals are spread as evenly as arrivals. */
const FULL = { users: 1_000_000, arrivalMs: 3 * HEAL_EVERY_MS, steadyMs: 300_000, leaving: 5_000 };
const QUICK = { users: 200_000, arrivalMs: HEAL_EVERY_MS, steadyMs: 30_000, leaving: 1_000 };

export type Clients = Readonly<Record<'batches' | 'singles' | 'sweeps' | 'watch', LoadClient>>;

/** A population that arrives, is healed, changes and is checked, for the planned time. */
export class Million {
  readonly #context: BenchContext;
  readonly #pid: number;
  readonly #clients: Clients;
  readonly #plan: typeof FULL;
  readonly #cohorts: Cohorts;
  readonly #inspection: Inspection;
  readonly #watches: Promise<void>[] = [];
  readonly #heals = new HealTally();
  readonly #singleHeals = new HealTally();
  readonly #singleCheckups = new HealTally();
  readonly #singleCalls: SingleCall[] = [];
  readonly #host = new HostWatch();
  #leaving = false;

  constructor(context: BenchContext, pid: number, clients: Clients) {
    this.#context = context;
    this.#pid = pid;
    this.#clients = clients;
    this.#plan = context.size(FULL, QUICK);
    const { users, steadyMs, leaving } = this.#plan;
    const slots = users / GROUP;
    const replaced = (leaving / GROUP) * (steadyMs / 1000);
    this.#cohorts = new Cohorts(slots, slots + 2 * replaced + 100);
    this.#inspection = new Inspection(clients.sweeps, this.#cohorts, TIMEOUT_MS);
  }

  async run(): Promise<Aftermath> {
    const { signal, say } = this.#context;
    const { users, arrivalMs, steadyMs } = this.#plan;
    say(`${String(users)} users come online`);
    const begin = performance.now();
    const batches = this.#generate(
      {
        tasks: this.#cohorts.slots,
        durationMs: arrivalMs + steadyMs,
        arrivalMs,
        inFlight: IN_FLIGHT.batches,
      },
      this.#healSlot,
      (outcome) => {
        this.#cohorts.record(outcome, TIMEOUT_MS);
        if (this.#leaving) this.#heals.add(outcome, GROUP);
      },
    );
    await Promise.race([sleep(arrivalMs, undefined, { signal }), batches]);

    this.#leaving = true;
    const used = cpuMicroseconds([this.#pid]);
    const ownUsed = process.cpuUsage();
    const steady = performance.now();
    const sampling = watchDaemon(this.#clients.watch, steadyMs, () => this.#deadlines());
    const range = UserRange.random();
    const singles = {
      tasks: SINGLES,
      durationMs: steadyMs,
      arrivalMs: HEAL_EVERY_MS,
      inFlight: IN_FLIGHT.singles,
    };
    const healOne: RunTask = (user) => this.#clients.singles.heal(range.id(user));
    const others = [
      this.#generate(
        singles,
        healOne,
        afterFirst((outcome) => {
          this.#singleHeals.add(outcome);
          this.#singleCalls.push(outcome);
        }),
      ),
      this.#generate(
        singles,
        () => this.#inspection.one(),
        afterFirst((outcome) => {
          this.#singleCheckups.add(outcome);
        }),
      ),
      this.#sweep(steadyMs),
      this.#tell(begin, batches),
    ];
    await batches;
    const elapsedMs = performance.now() - steady;
    const cpuUs = cpuMicroseconds([this.#pid]) - used;
    const { user, system } = process.cpuUsage(ownUsed);
    await Promise.all(others);
    const samples = (await sampling.finish()).filter((sample) => sample !== undefined);
    signal.throwIfAborted();

    say('asking for everybody');
    await this.#lastSweep();
    say('waiting for the last sessions to end');
    await sleep(TIMEOUT_MS + 1_000, undefined, { signal });
    await Promise.all(this.#watches);
    return this.#aftermath(samples, { elapsedMs, cpuUs, ownCpuUs: user + system });
  }

  readonly #healSlot = async (slot: number): Promise<void> => {
    if (this.#leaving && Math.random() < this.#leavingShare) {
      const cohort = this.#cohorts.replace(slot);
      this.#watches.push(this.#inspection.leaver(cohort, this.#context.signal).catch(() => undefined));
    }
    const { accepted } = await this.#clients.batches.heal(this.#cohorts.batchIn(slot));
    if (accepted !== GROUP) throw new Error('not all of the group were healed');
  };

  /** Heals of a new cohort among those that are due. */
  get #leavingShare(): number {
    const { users, leaving } = this.#plan;
    return leaving / (users / (HEAL_EVERY_MS / 1000));
  }

  #generate(
    {
      arrivalMs,
      ...load
    }: Pick<SchedulePlan, 'tasks' | 'durationMs' | 'inFlight'> & { readonly arrivalMs: number },
    send: RunTask,
    onOutcome: (outcome: TaskOutcome) => void,
  ): Promise<void> {
    const plan = {
      ...load,
      seed: 1,
      pace: { usualMs: HEAL_EVERY_MS, arrivalMs, againMs: AGAIN_MS, longShare: 0, longMs: [] },
    };
    return new PacedScheduler(plan, send, onOutcome).run(this.#context.signal);
  }

  #deadlines(): number[] {
    return this.#cohorts.left.map(
      (cohort) => (this.#cohorts.lastHeal(cohort)?.sentAt ?? Infinity) + TIMEOUT_MS,
    );
  }

  /** Checks all users, slot by slot, repeatedly until the time is over. */
  async #sweep(forMs: number): Promise<void> {
    const { slots } = this.#cohorts;
    const gapMs = Math.min(SWEEP_MS, forMs / 2) / slots;
    const begin = performance.now();
    for (let asked = 0; asked * gapMs < forMs && !this.#context.signal.aborted; asked++) {
      await sleep(Math.max(0, begin + asked * gapMs - performance.now()));
      await this.#inspection.slot(asked % slots);
    }
  }

  /** Checks all users at once, those who expire first at the beginning. */
  async #lastSweep(): Promise<void> {
    const lastHeal = (slot: number): number =>
      this.#cohorts.lastHeal(this.#cohorts.cohortIn(slot))?.sentAt ?? 0;
    const order = Array.from({ length: this.#cohorts.slots }, (_, slot) => slot).sort(
      (a, b) => lastHeal(a) - lastHeal(b),
    );
    const work = async (): Promise<void> => {
      for (let slot = order.shift(); slot !== undefined; slot = order.shift())
        await this.#inspection.slot(slot);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT.sweeps }, work));
  }

  async #tell(begin: number, until: Promise<void>): Promise<void> {
    const { arrivalMs, steadyMs } = this.#plan;
    const timer = setInterval(() => {
      const seconds = Math.round((performance.now() - begin) / 1000);
      const { errors, latency_ms } = this.#heals.figures();
      this.#context.say(
        `${String(seconds)} of ${String((arrivalMs + steadyMs) / 1000)} s, p99 of a batch ${(latency_ms.p99 ?? 0).toFixed(0)} ms, ` +
          `${String(errors)} failed, false offline ${String(this.#inspection.falseOffline)}`,
      );
    }, 1_000);
    await until.finally(() => {
      clearInterval(timer);
    });
  }

  async #aftermath(
    samples: readonly DaemonSample[],
    used: Pick<Aftermath, 'elapsedMs' | 'cpuUs' | 'ownCpuUs'>,
  ): Promise<Aftermath> {
    this.#host.stop();
    this.#context.say('reading histories');
    const verdict = await checkSample({
      client: this.#clients.singles,
      cohorts: this.#cohorts,
      timeoutMs: TIMEOUT_MS,
      toleranceMs: toleranceAfter(Math.max(0, ...samples.map(({ stallMs }) => stallMs))),
      signal: this.#context.signal,
    });
    return {
      ...used,
      cohorts: this.#cohorts,
      inspection: this.#inspection,
      verdict,
      samples,
      due: (this.#plan.users * used.elapsedMs) / HEAL_EVERY_MS,
      heals: this.#heals.figures(),
      single: this.#singleHeals.figures(),
      asked: this.#singleCheckups.figures(),
      singleCalls: this.#singleCalls,
      host: this.#host,
    };
  }
}

/** Opens each user's session: first calls are another figure. */
function afterFirst(tell: (outcome: TaskOutcome) => void): (outcome: TaskOutcome) => void {
  const seen = new Set<number>();
  return (outcome) => {
    if (seen.has(outcome.task)) tell(outcome);
    else seen.add(outcome.task);
  };
}
