import type { Overload } from '../../domain/overload.js';
import { millis, type Millis, type Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** A long pass may be a collection's fault, and so may those after it, which find all that has come meanwhile. */
const SUSTAINED: Millis = 2000;
/** However long it was too much, two thirds of a second without long passes are the end of it. */
const MOST: Millis = 4000;
/** Time without long passes makes up for so much time in them: from three quarters of the time on, they are too many. */
const RELIEF = 3;
/** How many times too long a pass may become, by itself and where there are too many of them. */
const LENIENCY = { alone: 20, sustained: 2 };

interface Pass {
  /** When it took in its last request. */
  last: Moment;
  /** How long they took. */
  taken: Millis;
}

/**
 * How long one pass of the event loop takes in requests. One that is too long makes up for a time in which nobody was
 * looked at: turned away, those would be back, and cost more. Only what a pass finds that has become too long for
 * everybody is to be refused, at once.
 */
export class LoadShedding {
  /** Passes so far that took in requests. */
  passes = 0;
  readonly #clock: Clock;
  readonly #limit: Millis;
  /** The one that is under way. */
  #pass: Pass | undefined;
  /** Time in passes that were too long, less what made up for it. */
  #strain: Millis = 0;
  /** When the last pass ended. */
  #ended: Moment;

  /** @param limit seconds */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = millis(limit);
    this.#ended = clock.now();
  }

  /** To be asked once for each request, when it has been read. @returns undefined while all is well */
  overload(): Overload | undefined {
    const pass = this.#look();
    if (pass.taken < this.#limit) return undefined;
    const isSustained = this.#strain + pass.taken >= SUSTAINED;
    const most = isSustained ? LENIENCY.sustained : LENIENCY.alone;
    if (pass.taken >= this.#limit * most) return 'shedding';
    return isSustained ? 'strained' : undefined;
  }

  /** A pass may begin without a request that has been read: those that wait are handled in it. */
  enter(): void {
    this.#look();
  }

  /** Whether this pass has taken such a share of its limit, when it was last looked at. */
  hasTaken(share: number): boolean {
    return this.#pass !== undefined && this.#pass.taken >= this.#limit * share;
  }

  /** The same as of now; what is done until then belongs to this pass. */
  hasTakenNow(share: number): boolean {
    return this.#look().taken >= this.#limit * share;
  }

  #look(): Pass {
    const now = this.#clock.now();
    const pass = (this.#pass ??= this.#begin(now));
    this.#go(pass, now);
    return pass;
  }

  #go(pass: Pass, now: Moment): void {
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
    this.#go(pass, now);
    this.#ended = now;
    // A short one makes up for as much as if nothing had been read.
    if (pass.taken < this.#limit) this.#relieve(pass.taken);
    else this.#strain = Math.min(this.#strain + pass.taken, MOST);
  }

  #relieve(time: Millis): void {
    this.#strain = Math.max(0, this.#strain - RELIEF * time);
  }
}
