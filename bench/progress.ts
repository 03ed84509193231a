/** The width of a terminal that does not report it. */
const UNKNOWN_WIDTH = 80;
const ERASE_LINE = '\r\u001B[K';

/** Shows the current step in one changing line, on a terminal only. */
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

  /** Prints a line that stays, on a terminal or not. */
  note(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#shown) this.#stream.write(ERASE_LINE);
    this.#shown = false;
  }
}
