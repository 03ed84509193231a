import type { Millis } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** Who handles one message when its turn comes. Must not throw. */
export interface Taker {
  handle(message: unknown): void;
}

/** What goes on after the first turn of everybody ends after so long, and leaves the pass to whoever else waits. */
const BUDGET: Millis = 10;
/** For a clock that stands still. */
const MOST_ROUNDS = 1000;

/**
 * Whose turn it is, and with which message. nact has an `Immediate` for every message, and an actor handles one in a
 * pass of the event loop. Here one does for all of a pass: each actor has a turn in it, and while there is time
 * whoever has more to handle has another. So an actor that many speak to keeps up with what they say in a pass,
 * however long that was.
 */
export class MailboxScheduler {
  readonly #clock: Pick<Clock, 'now' | 'soon'>;
  #takers: Taker[] = [];
  #messages: unknown[] = [];
  /** Whether these will be run, or are. */
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

  /** One turn for each of those who wait. @returns whether all of them had it */
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
      // A long list that a collection finds is old from then on: until a full one, it would keep alive what it holds.
      messages[index] = undefined;
      takers[index]?.handle(message);
    }
    return true;
  }
}
