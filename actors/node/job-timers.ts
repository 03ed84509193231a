import type { Blindness } from '../../src/domain/blindness.js';
import type { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { KeptPing } from '../../src/domain/ping.js';
import { graceOf } from '../../src/domain/schedule.js';
import type { Millis, Moment } from '../../src/domain/time.js';
import { Timer, TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { PingedEntry } from '../history/history.protocol.js';
import type { MovedDeadline } from './deadlines-after-gaps.js';
import type { NodePhase } from './decision.js';
import type { Expectation } from './expectation.js';
import { overrunOf, storedJob, type Job, type Run } from './job.js';
import type { ResumedDeadlines } from './observed-clock.js';
import { isDue, type RegisteredNode } from './registered-node.js';

/**
 * The timer for the runs of a job, with the job. The actor of a node that is pinged has it in place of its timing, and
 * the timing in it. Other nodes have none.
 */
export class JobTimer<Owner> extends Timer {
  readonly owner: Owner;
  job: Job;
  timing: HeartbeatHistory | Expectation | undefined;

  constructor(owner: Owner, job: Job, timing: HeartbeatHistory | Expectation | undefined) {
    super();
    this.owner = owner;
    this.job = job;
    this.timing = timing;
  }

  /** What history stores beside a status. @param toObservedTime converts a deadline to its stored form */
  entry(ping: KeptPing | undefined, toObservedTime: (deadline: Moment) => Millis): PingedEntry {
    return { job: storedJob(this.job, toObservedTime), ...(ping !== undefined && { ping }) };
  }
}

/** A node's actor, as far as its job is concerned. */
interface JobOwner<Owner> {
  readonly state: NodePhase;
  readonly jobTimer: JobTimer<Owner> | undefined;
}

/** The timers of the jobs of one shard: each is armed for the deadline of the first of its runs that must end. */
export class JobTimers<Owner extends JobOwner<Owner>> {
  readonly #wheel: TimerWheel<JobTimer<Owner>>;

  constructor(start: Moment, resolution: Millis) {
    this.#wheel = new TimerWheel(start, resolution);
  }

  /** How many jobs have started and must end. */
  get size(): number {
    return this.#wheel.size;
  }

  /** Arms the timer of a node's job, or disarms it. */
  watch({ state, jobTimer }: Owner): void {
    if (jobTimer === undefined) return;
    const deadline = state.phase !== 'unknown' && isDue(state) ? overrunOf(jobTimer.job) : undefined;
    if (deadline === undefined) this.#wheel.disarm(jobTimer);
    else this.#wheel.arm(jobTimer, deadline);
  }

  /** @param due gets those with a run that should have ended before `horizon`, at most so many */
  advance(horizon: Moment, due: (owner: Owner) => void, most: number): void {
    this.#wheel.advance(horizon, ({ owner }) => due(owner), most);
  }

  /** Time continues after a restart: each run gets its time again as a node does. */
  resume(owner: Owner, known: RegisteredNode, resumed: ResumedDeadlines): void {
    const grace = graceOf(known.registration.settings);
    this.#move(owner, ({ deadline, blind }) => resumed.ofWait({ deadline, heardBlind: blind }, grace, grace));
  }

  /** The daemon was blind. Deadlines that had passed before stay where they are. */
  blind(owner: Owner, known: RegisteredNode, { from }: Blindness, deadlineAfterIt: MovedDeadline): void {
    const grace = graceOf(known.registration.settings);
    this.#move(owner, ({ deadline, blind }) =>
      deadline < from ? deadline : deadlineAfterIt(deadline, grace, blind),
    );
  }

  #move(owner: Owner, deadlineOf: (run: Run) => Moment): void {
    const { jobTimer } = owner;
    if (jobTimer === undefined) return;
    const { job } = jobTimer;
    jobTimer.job = { ...job, runs: job.runs.map((run) => ({ ...run, deadline: deadlineOf(run) })) };
    this.watch(owner);
  }
}
