/** Of a terminal that does not say how wide it is. */
const UNKNOWN_WIDTH = 80;
const ERASE_LINE = '\r\u001B[K';

/** Shows what is going on: one line that changes, and only to a person. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (!this.#stream.isTTY) return;
    const { columns } = this.#stream;
    const width = columns > 0 ? columns : UNKNOWN_WIDTH;
    this.#stream.write(`${ERASE_LINE}${text.slice(0, width - 1)}`);
    this.#shown = true;
  }

  /** A line that stays, wherever it goes to. */
  note(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#shown) this.#stream.write(ERASE_LINE);
    this.#shown = false;
  }
}
