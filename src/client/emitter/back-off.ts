import { HeartbeatAnswerError } from '../errors.js';
import { type Millis, toMillis } from '../../domain/time.js';

const TOO_MANY = 429;
const UNAVAILABLE = 503;
/** The longest rest, whatever is asked for: half of the time after which a node with the usual settings has failed. */
const LONGEST_MS: Millis = 60_000;

/** The daemon has asked to be left alone, so a call was not made. */
export class BackingOff extends Error {
  override readonly name = 'Resting';

  constructor() {
    super('the daemon has asked to be left alone for a while');
  }
}

/** Leaves a daemon alone that asks for it (`Retry-After`), with all calls, and comes back to it with one after the other. */
export class BackOff {
  readonly #longestSpreadMs: Millis;
  readonly #now: () => number;
  readonly #random: () => number;
  #until = -Infinity;
  #spreadMs = 0;

  /** @param longestSpreadMs over how long those calls are spread, at the most, that a rest has held up */
  constructor(longestSpreadMs: Millis, now = () => performance.now(), random = () => Math.random()) {
    this.#longestSpreadMs = longestSpreadMs;
    this.#now = now;
    this.#random = random;
  }

  /** A call has failed. If its answer asks for a wait (`Retry-After`), all calls wait. */
  failed(error: unknown): void {
    if (!(error instanceof HeartbeatAnswerError) || error.retryAfter === undefined) return;
    if (error.status !== TOO_MANY && error.status !== UNAVAILABLE) return;
    const restMs = Math.min(toMillis(error.retryAfter), LONGEST_MS);
    this.#until = Math.max(this.#until, this.#now() + restMs);
    this.#spreadMs = Math.min(restMs, this.#longestSpreadMs);
  }

  /** Whether calls have to wait now. */
  get isOn(): boolean {
    return this.#now() < this.#until;
  }

  /** How long somebody waits who has to call again: for the rest, and for a turn behind it. */
  waitMs(): Millis {
    const left = this.#until - this.#now();
    return left > 0 ? left + this.#random() * this.#spreadMs : 0;
  }
}
