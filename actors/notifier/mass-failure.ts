import type { LastHold } from '../../src/domain/alert.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';

export interface MassFailureOptions {
  /** Of the unpaused nodes, from 0 to 1. */
  readonly share: number;
  /** Fewer failures than this are never a mass failure. */
  readonly atLeast: number;
  readonly window: Millis;
  readonly hold: Millis;
}

/**
 * Suspects the daemon itself, or its network, when too many nodes fail within the window. Alerts are then held for a
 * while, and after that for as long again they are not, whatever fails: it always ends by itself.
 */
export class MassFailure {
  readonly #options: MassFailureOptions;
  /** When nodes failed, oldest first from `#first` on. */
  #failures: Moment[] = [];
  #first = 0;
  #until: Moment | undefined;
  #quietUntil: Moment = moment(-Infinity);

  constructor(options: MassFailureOptions) {
    this.#options = options;
  }

  /** When the hold that is on ends. */
  get until(): Moment | undefined {
    return this.#until;
  }

  /** How many failed within the window that the last failure has ended. */
  get inWindow(): number {
    return this.#failures.length - this.#first;
  }

  /** Those of an earlier run, oldest first, count until the window has passed over them. */
  restore(failures: readonly Moment[]): void {
    this.#failures = [...failures];
  }

  /**
   * Counts a failure.
   *
   * @param watched how many unpaused nodes there are
   * @returns whether alerts are held from this one on
   */
  failed(now: Moment, watched: number): boolean {
    const { share, atLeast, window, hold } = this.#options;
    while ((this.#failures[this.#first] ?? now) <= now - window && this.#first < this.#failures.length)
      this.#first++;
    if (this.#first * 2 > this.#failures.length) {
      this.#failures = this.#failures.slice(this.#first);
      this.#first = 0;
    }
    this.#failures.push(now);
    const enough = this.inWindow >= Math.max(atLeast, share * watched);
    if (!enough || this.#until !== undefined || now < this.#quietUntil) return false;
    this.#until = moment(now + hold);
    return true;
  }

  /** The hold is over. */
  release(now: Moment): void {
    this.#until = undefined;
    this.#quietUntil = moment(now + this.#options.hold);
  }

  /**
   * Goes on after a restart. The wall clock may have jumped meanwhile, so neither lasts longer than it would have.
   *
   * @param holding whether alerts are still held
   */
  resume(last: LastHold, holding: boolean, now: Moment, wall: Instant): void {
    const left = this.#within(last.until - wall);
    if (holding) this.#until = moment(now + left);
    else this.#quietUntil = moment(now + this.#within(instant(last.until + this.#options.hold) - wall));
  }

  #within(left: Millis): Millis {
    return Math.min(Math.max(left, 0), this.#options.hold);
  }
}
