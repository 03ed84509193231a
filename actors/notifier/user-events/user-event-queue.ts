import type { UserId } from '../../../src/domain/user-id.js';
import type { UserEvent } from './user-events.protocol.js';

/** The most events that wait, and the most characters of them. */
const MOST_WAITING = 10_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** The most characters of one message, unless one event alone is longer. */
const MOST_IN_MESSAGE = 1024 * 1024;

/**
 * Events that wait for a channel, in their order. It is bounded: the oldest give way. Dropping the events of one user
 * takes no longer if those of others wait.
 */
export class UserEventQueue {
  /** By their numbers, which count all that were ever added. */
  readonly #events = new Map<number, UserEvent>();
  /** The numbers of each user's events, in order. */
  readonly #ofUser = new Map<UserId, number[]>();
  /** Nothing waits before this number, and nothing from `#next` on. */
  #first = 0;
  #next = 0;
  #characters = 0;
  #dropped = 0;

  get size(): number {
    return this.#events.size;
  }

  /** Whether there is enough for a message of `most` events. */
  fills(most: number): boolean {
    return this.size >= most || this.#characters >= MOST_IN_MESSAGE;
  }

  /** @returns how many gave way */
  add(event: UserEvent): number {
    const number = this.#next++;
    this.#events.set(number, event);
    this.#characters += event.text.length;
    this.#note(number, event);
    let dropped = 0;
    while (this.size > MOST_WAITING || this.#characters > MOST_CHARACTERS) {
      this.#shift();
      dropped++;
    }
    return this.#countDropped(dropped);
  }

  /** Takes the oldest, as many as fit into a message, and how many were dropped since the last call. */
  take(most: number): { readonly events: readonly UserEvent[]; readonly dropped: number } {
    const events: UserEvent[] = [];
    let characters = 0;
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
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
    const before = this.size;
    this.#ofUser.clear();
    for (const [number, event] of this.#events) {
      if (isUnwanted(event)) this.#delete(number, event);
      else this.#note(number, event);
    }
    return this.#countDropped(before - this.size);
  }

  /** Drops those of a user. @returns how many */
  dropUser(user: UserId): number {
    const numbers = this.#ofUser.get(user) ?? [];
    this.#ofUser.delete(user);
    for (const number of numbers) this.#delete(number, this.#events.get(number));
    return this.#countDropped(numbers.length);
  }

  #countDropped(dropped: number): number {
    this.#dropped += dropped;
    return dropped;
  }

  #note(number: number, { user }: UserEvent): void {
    const numbers = this.#ofUser.get(user);
    if (numbers === undefined) this.#ofUser.set(user, [number]);
    else numbers.push(number);
  }

  #oldest(): UserEvent | undefined {
    while (this.#first < this.#next && !this.#events.has(this.#first)) this.#first++;
    return this.#events.get(this.#first);
  }

  #shift(): void {
    const event = this.#oldest();
    if (event === undefined) return;
    this.#delete(this.#first, event);
    // It is the oldest of its user, too.
    const numbers = this.#ofUser.get(event.user);
    numbers?.shift();
    if (numbers?.length === 0) this.#ofUser.delete(event.user);
  }

  #delete(number: number, event: UserEvent | undefined): void {
    this.#events.delete(number);
    this.#characters -= event?.text.length ?? 0;
  }
}
