import type { Overload } from '../../domain/overload.js';
import { toMillis, type Millis, type Moment, type Seconds } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/**
 * Above this much time in long passes the daemon is strained. Less may be one collection and the passes after it, which
 * find what came meanwhile.
 */
const SUSTAINED: Millis = 2000;
/** At most this much adds up, so that two thirds of a second without long passes always end it. */
const MOST: Millis = 4000;
/**
 * Time without long passes counts this many times against time in them: too many means more than three quarters of the
 * time.
 */
const RELIEF = 3;
/** By which factor a pass may exceed its limit: a single one, and while there are too many. */
const LENIENCY = { alone: 20, sustained: 2 };

interface Pass {
  /** When it took in its last request. */
  last: Moment;
  /** The time it has taken. */
  taken: Millis;
}

/**
 * Load shedding: decides from the length of a pass of the event loop when to refuse requests. A single long pass makes
 * up for a time in which nobody was served: if those requests were refused, they would come back and cost more. Only
 * requests past the limits of a pass are refused, at once. See decision 10.
 */
export class LoadShedding {
  /** Passes so far that took in requests. */
  passes = 0;
  readonly #clock: Clock;
  readonly #limit: Millis;
  /** The present pass. */
  #pass: Pass | undefined;
  /** Time in long passes, less what made up for it. */
  #strain: Millis = 0;
  /** When the last pass ended. */
  #ended: Moment;

  constructor(clock: Clock, limit: Seconds) {
    this.#clock = clock;
    this.#limit = toMillis(limit);
    this.#ended = clock.now();
  }

  /** Call it once for each request, when it has been read. @returns undefined while there is no overload */
  overload(): Overload | undefined {
    const pass = this.#currentPass();
    if (pass.taken < this.#limit) return undefined;
    const isSustained = this.#strain + pass.taken >= SUSTAINED;
    const most = isSustained ? LENIENCY.sustained : LENIENCY.alone;
    if (pass.taken >= this.#limit * most) return 'shedding';
    return isSustained ? 'strained' : undefined;
  }

  /** A pass may begin without a new request: waiting ones are handled in it. */
  continuePass(): void {
    this.#currentPass();
  }

  /** Whether this pass has taken this share of its limit, as of the last look. */
  hasTaken(share: number): boolean {
    return this.#pass !== undefined && this.#pass.taken >= this.#limit * share;
  }

  /** The same as of now. What is done until then belongs to this pass. */
  hasTakenNow(share: number): boolean {
    return this.#currentPass().taken >= this.#limit * share;
  }

  #currentPass(): Pass {
    const now = this.#clock.now();
    const pass = (this.#pass ??= this.#begin(now));
    this.#extend(pass, now);
    return pass;
  }

  #extend(pass: Pass, now: Moment): void {
    // No request takes as long as a whole pass may: between these two the process stood still.
    pass.taken += Math.min(now - pass.last, this.#limit);
    pass.last = now;
  }

  #begin(now: Moment): Pass {
    this.#relieve(now - this.#ended);
    this.passes++;
    const pass = { last: now, taken: 0 };
    this.#clock.soon(() => {
      this.#pass = undefined;
      this.#end(this.#clock.now(), pass);
    });
    return pass;
  }

  #end(now: Moment, pass: Pass): void {
    this.#extend(pass, now);
    this.#ended = now;
    // A short pass counts as if nothing had been read.
    if (pass.taken < this.#limit) this.#relieve(pass.taken);
    else this.#strain = Math.min(this.#strain + pass.taken, MOST);
  }

  #relieve(time: Millis): void {
    this.#strain = Math.max(0, this.#strain - RELIEF * time);
  }
}
