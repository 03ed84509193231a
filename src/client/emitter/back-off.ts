import { HeartbeatRequestError } from '../api/request-error.js';
import { type Millis, toMillis } from '../../domain/time.js';

const TOO_MANY = 429;
const UNAVAILABLE = 503;
/** The longest wait, whatever the daemon asks for: half of the time in which a node with the default settings fails. */
const LONGEST_MS: Millis = 60_000;

/** The daemon asked for a pause (`Retry-After`), so a call was not made. */
export class BackingOff extends Error {
  override readonly name = 'Resting';

  constructor() {
    super('the daemon asked for a pause');
  }
}

/** Pauses all calls while the daemon asks for it (`Retry-After`), and spreads the calls that come after. */
export class BackOff {
  readonly #longestSpreadMs: Millis;
  readonly #now: () => number;
  readonly #random: () => number;
  #until = -Infinity;
  #spreadMs = 0;

  /** @param longestSpreadMs the longest time over which the calls after a pause are spread */
  constructor(longestSpreadMs: Millis, now = () => performance.now(), random = () => Math.random()) {
    this.#longestSpreadMs = longestSpreadMs;
    this.#now = now;
    this.#random = random;
  }

  /** A call has failed. If its answer asks for a wait (`Retry-After`), all calls wait. */
  failed(error: unknown): void {
    if (!(error instanceof HeartbeatRequestError) || error.retryAfter === undefined) return;
    if (error.status !== TOO_MANY && error.status !== UNAVAILABLE) return;
    const restMs = Math.min(toMillis(error.retryAfter), LONGEST_MS);
    this.#until = Math.max(this.#until, this.#now() + restMs);
    this.#spreadMs = Math.min(restMs, this.#longestSpreadMs);
  }

  /** Whether calls have to wait now. */
  get isOn(): boolean {
    return this.#now() < this.#until;
  }

  /** How long to wait before the next call: the rest of the pause, and a random share of the spread. */
  waitMs(): Millis {
    const left = this.#until - this.#now();
    return left > 0 ? left + this.#random() * this.#spreadMs : 0;
  }
}
