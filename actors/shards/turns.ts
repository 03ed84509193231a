/**
 * Those who wait until the disk has settled what was asked before them, in order. One at a time goes back through the
 * mailbox, so that one that crashes the actor spoils only itself.
 */
export class Turns<Message> {
  readonly #waiting: Message[] = [];
  /** The first of them cannot be handled before the disk has settled. */
  #blocked = false;
  /** The one of them that is in the mailbox again. */
  #turn: Message | undefined;

  get idle(): boolean {
    return this.#turn === undefined && this.#waiting.length === 0;
  }

  /** Whether one of them is in the mailbox again. */
  get isTaken(): boolean {
    return this.#turn !== undefined;
  }

  /** Whether it comes after those who wait. */
  isBehind(message: Message): boolean {
    return message !== this.#turn && !this.idle;
  }

  /** To be handled after all that waits. */
  add(message: Message): void {
    this.#waiting.push(message);
  }

  /** To be handled once the disk has settled, before all that waits. */
  defer(message: Message): void {
    this.#blocked = true;
    this.#waiting.unshift(message);
  }

  settled(): void {
    this.#blocked = false;
  }

  /** The message has been handled, or given up. @returns the next to be told again */
  next(handled: unknown): Message | undefined {
    if (this.#turn === handled) this.#turn = undefined;
    if (this.#turn !== undefined || this.#blocked) return undefined;
    this.#turn = this.#waiting.shift();
    return this.#turn;
  }
}
