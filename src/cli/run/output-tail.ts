/** Remembers the end of what is written. */
export class OutputTail {
  readonly #most: number;
  readonly #parts: Buffer[] = [];
  #length = 0;

  /** @param most bytes that are remembered at least, if there are so many */
  constructor(most: number) {
    this.#most = most;
  }

  push(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    for (;;) {
      const [first] = this.#parts;
      if (first === undefined || this.#length - first.length < this.#most) return;
      this.#parts.shift();
      this.#length -= first.length;
    }
  }

  /** The last bytes as text, no more than so many in UTF-8. What is no UTF-8 is shown as U+FFFD. */
  text(bytes: number): string {
    const text = Buffer.concat(this.#parts).toString('utf8');
    const encoded = Buffer.from(text, 'utf8');
    if (encoded.length <= bytes) return text;
    let from = encoded.length - bytes;
    // Not in the middle of a character.
    while (from < encoded.length && isContinuation(encoded[from] ?? 0)) from++;
    return encoded.subarray(from).toString('utf8');
  }
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0;
}
