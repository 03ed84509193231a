/** What may be stashed. */
export interface Stashable<Message> {
  readonly kind: string;
  /** Takes `next`, which came right behind it, if both ask the same: they are handled as one from then on. */
  join?(next: Message): Message | undefined;
}

/**
 * Adds a message behind the others, or has the last one take it.
 *
 * @param room how many more may be added
 * @returns whether it was taken
 */
export function addOrJoin<Message extends Stashable<Message>>(
  messages: Message[],
  message: Message,
  room: number,
): boolean {
  const last = messages.length - 1;
  const joined = messages[last]?.join?.(message);
  if (joined !== undefined) messages[last] = joined;
  else if (room > 0) messages.push(message);
  else return false;
  return true;
}

/**
 * Messages that are set aside until the disk has settled what was asked before them, in order. Each goes back through
 * the mailbox when its turn comes, so that one that crashes the actor spoils only itself.
 */
export class Stash<Message extends Stashable<Message>> {
  /** Taken from the front by moving `#first`: shifting a long array moves all the rest. */
  #stashed: Message[] = [];
  #first = 0;
  /** The first of them cannot be handled before the disk has settled. */
  #blocked = false;
  /** The one that is in the mailbox again. */
  #unstashed: Message | undefined;

  /** Messages set aside, equal ones counted once. */
  get size(): number {
    return this.#stashed.length - this.#first;
  }

  get idle(): boolean {
    return this.#unstashed === undefined && this.size === 0;
  }

  /** Whether one of them is in the mailbox again. */
  get isTaken(): boolean {
    return this.#unstashed !== undefined;
  }

  /** Whether it comes after those that are stashed. */
  isBehind(message: Message): boolean {
    return message !== this.#unstashed && !this.idle;
  }

  /**
   * To be handled after all that is stashed.
   *
   * @param room how many more may be stashed
   * @returns whether it was taken
   */
  add(message: Message, room: number): boolean {
    if (this.size > 0) return addOrJoin(this.#stashed, message, room);
    if (room <= 0) return false;
    this.#stashed.push(message);
    return true;
  }

  /** To be handled once the disk has settled, before all that is stashed. */
  defer(message: Message): void {
    this.#blocked = true;
    if (this.#first > 0) this.#stashed[--this.#first] = message;
    else this.#stashed.unshift(message);
  }

  /**
   * Goes on after a message that was handled, or given up.
   *
   * @param tell tells the next one again
   * @returns undefined once nothing is stashed
   */
  goOn(handled: Message, tell: (next: Message) => void): this | undefined {
    if (handled.kind === 'settled') this.#blocked = false;
    if (this.#unstashed === handled) this.#unstashed = undefined;
    if (this.#unstashed === undefined && !this.#blocked) {
      this.#unstashed = this.#take();
      if (this.#unstashed !== undefined) tell(this.#unstashed);
    }
    return this.idle ? undefined : this;
  }

  #take(): Message | undefined {
    if (this.size === 0) return undefined;
    const message = this.#stashed[this.#first++];
    if (this.#first * 2 >= this.#stashed.length) {
      this.#stashed = this.#stashed.slice(this.#first);
      this.#first = 0;
    }
    return message;
  }
}
