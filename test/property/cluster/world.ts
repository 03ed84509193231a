import { CoordinationService } from '../../support/cluster/coordination-service.js';
import { Link, type Passage } from '../../support/cluster/link.js';
import { SimulatedProcess } from '../../support/cluster/simulated-process.js';
import { TestMember } from '../../support/cluster/test-member.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { MEMBERS, type Event, type Scenario } from './scenario.js';

export const PARTITIONS = ['users-0', 'users-1', 'users-2', 'users-3', 'watch'];
/** How often it is looked who answers. */
const STEP = 100;
/** Slow requests and answers take up to this. */
const SLOWEST = 4_000;

interface Run {
  readonly process: SimulatedProcess;
  readonly member: TestMember;
}

/** A cluster in which everything fails that may, and in which nobody may answer for what another one answers for. */
export class World {
  readonly problems: string[] = [];
  readonly clock = new SimulatedClock();
  readonly #service = new CoordinationService(this.clock);
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #runs: (Run | undefined)[];
  /** Those that were replaced, too: they may run for a while. */
  readonly #everyRun: Run[] = [];
  readonly #cut = new Set<number>();
  /** Members whose renewals reach a leader of the service that was replaced and does not know it. */
  readonly #misled = new Set<number>();
  readonly #epochs = new Map<string, number>();
  #isCalm = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = new SeededRandom(scenario.seed);
    this.#runs = MEMBERS.map((_, index) => this.#start(index));
  }

  async play(): Promise<void> {
    for (const event of this.#scenario.events) {
      await this.advance(event.after);
      this.#happen(event);
    }
  }

  /** From now on nothing fails, and everybody is there. */
  async calm(): Promise<void> {
    await this.advance(15_000);
    this.#isCalm = true;
    this.#runs.forEach((run, index) => {
      if (run === undefined || run.member.refusal !== undefined) this.#runs[index] = this.#start(index);
    });
    await this.advance(60_000);
  }

  get members(): readonly TestMember[] {
    return this.#runs.flatMap((run) => run?.member ?? []);
  }

  async advance(time: number): Promise<void> {
    for (let left = time; left > 0; left -= STEP) {
      await this.clock.advance(Math.min(STEP, left));
      for (const partition of PARTITIONS) this.#check(partition);
    }
  }

  #check(partition: string): void {
    const owners = this.#everyRun.flatMap(({ process, member }) =>
      process.isRunning && member.answersFor(partition) ? member.name : [],
    );
    if (owners.length > 1) this.problems.push(`${owners.join(' and ')} answer for ${partition}`);
    const epoch = this.#service.createdAt(`owners/${partition}`);
    for (const { process, member } of this.#everyRun)
      if (process.isRunning && member.answersFor(partition) && member.running.get(partition) !== epoch)
        this.problems.push(`${member.name} answers for ${partition}, whose key it has no more`);
  }

  #start(index: number): Run {
    const process = new SimulatedProcess(this.clock, this.#scenario.rates[index] ?? 1);
    const name = MEMBERS[index] ?? '';
    const link = new Link(this.#service, this.clock, process, () => this.#passage(index));
    const gained = (partition: string, epoch: number): void => {
      const last = this.#epochs.get(partition) ?? 0;
      // A claim whose answer was lost is found later, with the same epoch.
      if (epoch < last) this.problems.push(`${partition} has the epoch ${epoch} after ${last}`);
      this.#epochs.set(partition, epoch);
    };
    const member = new TestMember({
      name,
      partitions: PARTITIONS,
      clock: process,
      coordination: link,
      takes: 300,
      gained,
    });
    const run = { process, member };
    this.#everyRun.push(run);
    this.#join(run, index);
    return run;
  }

  #join({ process, member }: Run, index: number): void {
    member.ownership.join().catch(() => {
      // The name may be that of a former run that still lives as far as the service knows: a supervisor starts it again.
      if (process.isRunning && this.#runs[index]?.member === member) this.#runs[index] = this.#start(index);
    });
  }

  #passage(index: number): Passage {
    const { lost, slow } = this.#scenario;
    if (this.#isCalm) return { there: 2, back: 2 };
    const way = (): number | undefined => {
      if (this.#cut.has(index) || this.#random.next() < lost) return undefined;
      return this.#random.next() < slow ? this.#random.between(0, SLOWEST) : this.#random.between(0, 20);
    };
    return { there: way(), back: way(), isStale: this.#misled.has(index) };
  }

  #happen({ kind, member: index, lasts }: Event): void {
    const run = this.#runs[index];
    const later = (end: () => void): void => void this.clock.after(lasts, end);
    switch (kind) {
      case 'stall':
        run?.process.standStill();
        later(() => run?.process.resume());
        return;
      case 'cut':
        this.#cut.add(index);
        later(() => this.#cut.delete(index));
        return;
      case 'former-leader':
        this.#misled.add(index);
        later(() => this.#misled.delete(index));
        return;
      case 'change-leader':
        this.#service.changeLeader();
        return;
      case 'outage':
        this.#service.stop();
        later(() => {
          this.#service.start();
        });
        return;
      case 'restart':
        run?.process.kill();
        this.#runs[index] = undefined;
        later(() => (this.#runs[index] ??= this.#start(index)));
        return;
      case 'leave':
        if (run?.process.isRunning !== true) return;
        void run.member.ownership.leave(lasts).then(() => {
          run.process.kill();
          if (this.#runs[index] === run) this.#runs[index] = this.#start(index);
        });
        return;
    }
  }
}
