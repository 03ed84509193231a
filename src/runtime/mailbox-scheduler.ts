import type { Millis } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** Handles one message in its turn. Must not throw. */
export interface Taker {
  handle(message: unknown): void;
}

/** After each actor's first turn, others follow for this long. Then the pass goes on to other work. */
const BUDGET: Millis = 10;
/** For a clock that stands still. */
const MOST_ROUNDS = 1000;

/**
 * Decides which actor handles a message next. nact uses an `Immediate` for every message, and an actor handles one in a
 * pass of the event loop. Here one `Immediate` serves a whole pass: each actor has a turn, and while there is time,
 * actors with more messages continue. So an actor that many send to keeps up with a pass of any length. See decision
 * 61.
 */
export class MailboxScheduler {
  readonly #clock: Pick<Clock, 'now' | 'soon'>;
  #takers: Taker[] = [];
  #messages: unknown[] = [];
  /** Whether a run is scheduled or under way. */
  #isUnderWay = false;

  constructor(clock: Pick<Clock, 'now' | 'soon'>) {
    this.#clock = clock;
  }

  take(taker: Taker, message: unknown): void {
    this.#takers.push(taker);
    this.#messages.push(message);
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#clock.soon(this.#run);
  }

  readonly #run = (): void => {
    this.#round(Infinity);
    const until = this.#clock.now() + BUDGET;
    for (let round = 1; round < MOST_ROUNDS && this.#takers.length > 0; round++)
      if (!this.#round(until)) break;
    if (this.#takers.length > 0) this.#clock.soon(this.#run);
    else this.#isUnderWay = false;
  };

  /** One turn for each waiting actor. @returns whether all of them had theirs */
  #round(until: number): boolean {
    const [takers, messages] = [this.#takers, this.#messages];
    this.#takers = [];
    this.#messages = [];
    for (let index = 0; index < takers.length; index++) {
      if (until < Infinity && this.#clock.now() >= until) {
        this.#takers = [...takers.slice(index), ...this.#takers];
        this.#messages = [...messages.slice(index), ...this.#messages];
        return false;
      }
      const message = messages[index];
      // A long list that survives a collection is old, and would keep what it refers to alive until a full one.
      messages[index] = undefined;
      takers[index]?.handle(message);
    }
    return true;
  }
}
