import Denque from 'denque';

/** A message that can be stashed. */
export interface Stashable<Message> {
  readonly kind: string;
  /** Joins `next`, which came right after it, if both ask the same. They are then handled as one. */
  join?(next: Message): Message | undefined;
}

/**
 * Appends a message, or joins it with the last one.
 *
 * @param room how many more messages may be added
 * @returns whether there was room
 */
export function addOrJoin<Message extends Stashable<Message>>(
  messages: Denque<Message>,
  message: Message,
  room: number,
): boolean {
  const joined = messages.peekBack()?.join?.(message);
  if (joined === undefined && room <= 0) return false;
  if (joined !== undefined) messages.pop();
  messages.push(joined ?? message);
  return true;
}

/**
 * The stash: messages that wait, in order, until the disk has settled earlier ones. Each goes back through the mailbox
 * in its turn, so that one that crashes the actor affects only itself.
 */
export class Stash<Message extends Stashable<Message>> {
  readonly #stashed = new Denque<Message>();
  /** The first message cannot be handled before the disk has settled. */
  #blocked = false;
  /** The message that was unstashed, and is in the mailbox again. */
  #unstashed: Message | undefined;

  /** Stashed messages; equal ones count once. */
  get size(): number {
    return this.#stashed.length;
  }

  get idle(): boolean {
    return this.#unstashed === undefined && this.size === 0;
  }

  /** Whether a message is unstashed at present. */
  get isTaken(): boolean {
    return this.#unstashed !== undefined;
  }

  /** Whether the message has to wait behind the stashed ones. */
  isBehind(message: Message): boolean {
    return message !== this.#unstashed && !this.idle;
  }

  /**
   * Stashes a message behind all others.
   *
   * @param room how many more may be stashed
   * @returns whether there was room
   */
  add(message: Message, room: number): boolean {
    return addOrJoin(this.#stashed, message, room);
  }

  /** Puts a message in front of all stashed ones, to be handled once the disk has settled. */
  defer(message: Message): void {
    this.#blocked = true;
    this.#stashed.unshift(message);
  }

  /** The stashed messages, which are handed over once. */
  takeAll(): readonly Message[] {
    const all = this.#stashed.toArray();
    this.#stashed.clear();
    return all;
  }

  /**
   * Continues after a message was handled or given up.
   *
   * @param tell sends the next message to the actor
   * @returns undefined once the stash is empty
   */
  unstash(handled: Message, tell: (next: Message) => void): this | undefined {
    if (handled.kind === 'settled') this.#blocked = false;
    if (this.#unstashed === handled) this.#unstashed = undefined;
    if (this.#unstashed === undefined && !this.#blocked) {
      this.#unstashed = this.#stashed.shift();
      if (this.#unstashed !== undefined) tell(this.#unstashed);
    }
    return this.idle ? undefined : this;
  }
}
