/** Frames that wait, in their order, while a token is verified. */
export class FrameStash {
  readonly #texts: string[] = [];
  #length = 0;

  /** Characters of all of them. */
  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
  }

  unstash(take: (text: string) => void): void {
    for (const text of this.#texts) take(text);
  }
}
