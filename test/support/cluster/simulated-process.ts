import { moment, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import type { Cancel, Clock } from '../../../src/ports/clock.js';

/** A process with a clock of its own, which may run too fast or too slow. It may stand still, or die. */
export class SimulatedProcess implements Clock {
  readonly #clock: Clock;
  readonly #rate: number;
  readonly #startedAt: Moment;
  /** What waits until the process goes on. */
  #waiting: (() => void)[] | undefined;
  #isDead = false;

  /** @param rate of its clock: 1.01 gains a hundredth */
  constructor(clock: Clock, rate = 1) {
    this.#clock = clock;
    this.#rate = rate;
    this.#startedAt = clock.now();
  }

  get isRunning(): boolean {
    return !this.#isDead && this.#waiting === undefined;
  }

  now(): Moment {
    return moment((this.#clock.now() - this.#startedAt) * this.#rate);
  }

  /** That of all processes. */
  wall(): Instant {
    return this.#clock.wall();
  }

  get isAccepting(): boolean {
    return this.#clock.isAccepting;
  }

  soon(callback: () => void): void {
    this.#clock.soon(() => this.deliver(callback));
  }

  afterReading(callback: (all: boolean) => void, within: Millis): Cancel {
    return this.#clock.afterReading((all) => this.deliver(() => callback(all)), within);
  }

  after(delay: Millis, callback: () => void): Cancel {
    let isCancelled = false;
    // Never early, as the timers of a real clock.
    const cancel = this.#clock.after(Math.ceil(delay / this.#rate), () =>
      this.deliver(() => {
        if (!isCancelled) callback();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** Something reaches the process from outside. */
  deliver(callback: () => void): void {
    if (this.#isDead) return;
    if (this.#waiting === undefined) callback();
    else this.#waiting.push(callback);
  }

  standStill(): void {
    this.#waiting ??= [];
  }

  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const callback of waiting) this.deliver(callback);
  }

  kill(): void {
    this.#isDead = true;
  }
}
