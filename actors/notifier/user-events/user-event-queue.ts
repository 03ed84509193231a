import Denque from 'denque';
import type { UserEvent } from './user-events.protocol.js';

/** The most events that wait, and the most characters of them. */
const MOST_WAITING = 10_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** The most characters of one message, unless one event alone is longer. */
const MOST_IN_MESSAGE = 1024 * 1024;

/** Events that wait for a channel, in their order. It is bounded: the oldest give way. */
export class UserEventQueue {
  #events = new Denque<UserEvent>();
  #characters = 0;
  #dropped = 0;

  get size(): number {
    return this.#events.length;
  }

  /** Whether there is enough for a message of `most` events. */
  fills(most: number): boolean {
    return this.#events.length >= most || this.#characters >= MOST_IN_MESSAGE;
  }

  /** @returns how many gave way */
  add(event: UserEvent): number {
    this.#events.push(event);
    this.#characters += event.text.length;
    let dropped = 0;
    while (this.#events.length > MOST_WAITING || this.#characters > MOST_CHARACTERS) {
      this.#shift();
      dropped++;
    }
    this.#dropped += dropped;
    return dropped;
  }

  /** Takes the oldest, as many as fit into a message, and how many were dropped since the last call. */
  take(most: number): { readonly events: readonly UserEvent[]; readonly dropped: number } {
    const events: UserEvent[] = [];
    let characters = 0;
    for (let next = this.#events.peekFront(); next !== undefined; next = this.#events.peekFront()) {
      characters += next.text.length;
      if (events.length === most || (characters > MOST_IN_MESSAGE && events.length > 0)) break;
      events.push(next);
      this.#shift();
    }
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { events, dropped };
  }

  /** Drops those that are not to be sent any more. @returns how many */
  drop(isUnwanted: (event: UserEvent) => boolean): number {
    const left = this.#events.toArray().filter((event) => !isUnwanted(event));
    const dropped = this.#events.length - left.length;
    if (dropped === 0) return 0;
    this.#events = new Denque(left);
    this.#characters = left.reduce((sum, { text }) => sum + text.length, 0);
    this.#dropped += dropped;
    return dropped;
  }

  #shift(): void {
    this.#characters -= this.#events.shift()?.text.length ?? 0;
    // An empty deque keeps its memory.
    if (this.#events.isEmpty()) this.#events = new Denque();
  }
}
