import { DueQueue } from './due-queue.js';
import { Gaps, type Pace } from './pace.js';

export interface LoadPlan {
  /** How many users to begin with, or groups of them who are healed in one call; they are numbered from 0. */
  readonly users: number;
  readonly durationMs: number;
  readonly pace: Pace;
  /** The same seed gives every user the same gaps again. */
  readonly seed: number;
  /** Heals under way at most. Users who are due meanwhile wait, and are sent late. */
  readonly inFlight: number;
  /** How long, at the least, one waits whose heal was not acknowledged, where its pace has it sent again. */
  readonly leastAgainMs?: () => number;
}

/** What became of one heal. */
export interface HealOutcome {
  readonly user: number;
  /** Wall clock, in milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** From sending to the answer, in milliseconds, measured on the monotonic clock. */
  readonly latencyMs: number;
  /** How long after it was due it was sent, in milliseconds: what the generator itself could not keep up with. */
  readonly lateMs: number;
  readonly acknowledged: boolean;
  /** Why it was not. */
  readonly error: unknown;
}

/** Sends the heal of one user, or of one group. Rejects when it is not acknowledged. */
export type SendHeal = (user: number) => Promise<unknown>;

/** A longer timer would overflow; waking for nothing once a minute costs nothing. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Virtual users who heal, each at its pace, through one queue and one timer. A user has one heal under way at
 * most; an answer that takes longer than the gap is followed by the next heal at once.
 */
export class LoadGenerator {
  readonly #plan: LoadPlan;
  readonly #send: SendHeal;
  readonly #onOutcome: (outcome: HealOutcome) => void;
  readonly #gaps: Gaps;
  readonly #queue: DueQueue;
  /** How often in a row a user's heal was not acknowledged, of those whose last one was not. */
  readonly #failures = new Map<number, number>();
  #users: number;
  #room: number;
  #running = false;
  #underWay = 0;
  #endsAt = 0;
  #wakesAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #settle: () => void = () => undefined;

  constructor(plan: LoadPlan, send: SendHeal, onOutcome: (outcome: HealOutcome) => void) {
    this.#plan = plan;
    this.#send = send;
    this.#onOutcome = onOutcome;
    this.#gaps = new Gaps(plan.pace, plan.users, plan.seed);
    this.#queue = new DueQueue(plan.users);
    this.#users = plan.users;
    this.#room = plan.users;
  }

  /** One user more, with the next number; it comes at any time within a usual gap. */
  add(): void {
    const user = this.#users++;
    if (this.#users > this.#room) {
      this.#room = 2 * this.#users;
      this.#gaps.grow(this.#room);
    }
    if (!this.#running) return;
    this.#queue.push(user, performance.now() + this.#gaps.within(user));
    this.#pump();
  }

  /** Resolves after the plan's duration, or once the signal is aborted, when every heal under way has its outcome. */
  async run(signal: AbortSignal): Promise<void> {
    const begin = performance.now();
    this.#endsAt = signal.aborted ? begin : begin + this.#plan.durationMs;
    this.#running = true;
    for (let user = 0; user < this.#users; user++) this.#queue.push(user, begin + this.#gaps.first(user));

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
      void this.#heal(this.#queue.pop(), dueAt);
    }
    // With every place taken nothing can be sent before an answer comes, and that pumps again.
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

  async #heal(user: number, dueAt: number): Promise<void> {
    this.#underWay++;
    const sentAt = Date.now();
    const sent = performance.now();
    let error: unknown;
    const acknowledged = await this.#send(user).then(
      () => true,
      (cause: unknown) => {
        error = cause;
        return false;
      },
    );
    const answered = performance.now();
    this.#underWay--;
    this.#queue.push(user, Math.max(this.#nextDue(user, sent, answered, acknowledged), answered));
    this.#onOutcome({
      user,
      sentAt,
      answeredAt: Date.now(),
      latencyMs: answered - sent,
      lateMs: sent - dueAt,
      acknowledged,
      error,
    });
    this.#pump();
  }

  #nextDue(user: number, sent: number, answered: number, acknowledged: boolean): number {
    if (acknowledged) {
      this.#failures.delete(user);
      return sent + this.#gaps.next(user);
    }
    const failures = (this.#failures.get(user) ?? 0) + 1;
    this.#failures.set(user, failures);
    const again = this.#gaps.again(user, failures);
    if (again === undefined) return sent + this.#gaps.next(user);
    return answered + Math.max(again, this.#plan.leastAgainMs?.() ?? 0);
  }
}
