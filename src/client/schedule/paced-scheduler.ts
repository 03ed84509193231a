import { DueQueue } from './due-queue.js';
import { Gaps, type Pace } from './pace.js';
import type { Millis } from '../../domain/time.js';

export interface SchedulePlan {
  /** The number of tasks at the start; they are numbered from 0. */
  readonly tasks: number;
  readonly durationMs: Millis;
  readonly pace: Pace;
  /** The same seed gives every task the same gaps again. */
  readonly seed: number;
  /** The most runs at once. Other tasks that are due wait, and run late. */
  readonly inFlight: number;
  /** The shortest wait before a failed run is repeated, where the pace repeats it. */
  readonly leastAgainMs?: () => Millis;
}

/** How one run of a task went. */
export interface TaskOutcome {
  readonly task: number;
  /** Wall clock, in milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** From its start to its end, on the monotonic clock. */
  readonly latencyMs: Millis;
  /** How late it started: what the scheduler itself could not keep up with. */
  readonly lateMs: Millis;
  /** Whether it resolved. */
  readonly acknowledged: boolean;
  /** Why it did not. */
  readonly error: unknown;
}

/** Runs one task, for instance a call. Rejects when it was not acknowledged. */
export type RunTask = (task: number) => Promise<unknown>;

/** A longer timer would overflow; waking for nothing once a minute costs nothing. */
const LONGEST_WAIT_MS: Millis = 60_000;

/**
 * Runs many tasks repeatedly, each at its pace, with one queue and one timer. A task has at most one run under way; a
 * run that takes longer than the gap is followed by the next one at once.
 */
export class PacedScheduler {
  readonly #plan: SchedulePlan;
  readonly #runTask: RunTask;
  readonly #onOutcome: (outcome: TaskOutcome) => void;
  readonly #gaps: Gaps;
  readonly #queue: DueQueue;
  /** The number of failures in a row, of tasks whose last run failed. */
  readonly #failures = new Map<number, number>();
  #tasks: number;
  #room: number;
  #running = false;
  #underWay = 0;
  #endsAt = 0;
  #wakesAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #settle: () => void = () => undefined;

  constructor(plan: SchedulePlan, runTask: RunTask, onOutcome: (outcome: TaskOutcome) => void) {
    this.#plan = plan;
    this.#runTask = runTask;
    this.#onOutcome = onOutcome;
    this.#gaps = new Gaps(plan.pace, plan.tasks, plan.seed);
    this.#queue = new DueQueue(plan.tasks);
    this.#tasks = plan.tasks;
    this.#room = plan.tasks;
  }

  /** Adds a task with the next number. It first runs at any time within a usual gap. */
  add(): void {
    const task = this.#tasks++;
    if (this.#tasks > this.#room) {
      this.#room = 2 * this.#tasks;
      this.#gaps.grow(this.#room);
    }
    if (!this.#running) return;
    this.#queue.push(task, performance.now() + this.#gaps.within(task));
    this.#pump();
  }

  /** Resolves after the plan's duration, or once the signal is aborted, when every run under way has its outcome. */
  async run(signal: AbortSignal): Promise<void> {
    const begin = performance.now();
    this.#endsAt = signal.aborted ? begin : begin + this.#plan.durationMs;
    this.#running = true;
    for (let task = 0; task < this.#tasks; task++) this.#queue.push(task, begin + this.#gaps.first(task));

    const stop = (): void => {
      this.#endsAt = 0;
      this.#pump();
    };
    signal.addEventListener('abort', stop);
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#pump();
    });
    this.#running = false;
    signal.removeEventListener('abort', stop);
    clearTimeout(this.#timer);
  }

  #pump(): void {
    const now = performance.now();
    if (now >= this.#endsAt) {
      if (this.#underWay === 0) this.#settle();
      return;
    }
    while (this.#underWay < this.#plan.inFlight && this.#queue.nextAt <= now) {
      const dueAt = this.#queue.nextAt;
      void this.#start(this.#queue.pop(), dueAt);
    }
    // With all places taken nothing can start before a run ends, and that pumps again.
    const full = this.#underWay >= this.#plan.inFlight;
    this.#wakeAt(full ? this.#endsAt : Math.min(this.#queue.nextAt, this.#endsAt), now);
  }

  #wakeAt(at: number, now: number): void {
    if (at >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    const wait = Math.min(at - now, LONGEST_WAIT_MS);
    this.#wakesAt = now + wait;
    this.#timer = setTimeout(() => {
      this.#wakesAt = Infinity;
      this.#pump();
    }, wait);
  }

  async #start(task: number, dueAt: number): Promise<void> {
    this.#underWay++;
    const sentAt = Date.now();
    const sent = performance.now();
    let error: unknown;
    const acknowledged = await this.#runTask(task).then(
      () => true,
      (cause: unknown) => {
        error = cause;
        return false;
      },
    );
    const answered = performance.now();
    this.#underWay--;
    this.#queue.push(task, Math.max(this.#nextDue(task, sent, answered, acknowledged), answered));
    this.#onOutcome({
      task,
      sentAt,
      answeredAt: Date.now(),
      latencyMs: answered - sent,
      lateMs: sent - dueAt,
      acknowledged,
      error,
    });
    this.#pump();
  }

  #nextDue(task: number, sent: number, answered: number, acknowledged: boolean): number {
    if (acknowledged) {
      this.#failures.delete(task);
      return sent + this.#gaps.next(task);
    }
    const failures = (this.#failures.get(task) ?? 0) + 1;
    this.#failures.set(task, failures);
    const again = this.#gaps.again(task, failures);
    if (again === undefined) return sent + this.#gaps.next(task);
    return answered + Math.max(again, this.#plan.leastAgainMs?.() ?? 0);
  }
}
