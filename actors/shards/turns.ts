/**
 * Those who wait until the disk has settled what was asked before them, in order. One at a time goes back through the
 * mailbox, so that one that crashes the actor spoils only itself.
 */
export class Turns<Message extends { readonly kind: string }> {
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

  /**
   * Goes on after a message that was handled, or given up.
   *
   * @param tell tells the next one again
   * @returns undefined once nobody waits
   */
  goOn(handled: Message, tell: (next: Message) => void): this | undefined {
    if (handled.kind === 'settled') this.#blocked = false;
    if (this.#turn === handled) this.#turn = undefined;
    if (this.#turn === undefined && !this.#blocked) {
      this.#turn = this.#waiting.shift();
      if (this.#turn !== undefined) tell(this.#turn);
    }
    return this.idle ? undefined : this;
  }
}
