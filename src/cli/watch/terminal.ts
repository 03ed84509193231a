/** A terminal that is drawn on as a whole. It is given back as it was, however the process ends. */
export class LiveTerminal {
  readonly #output: NodeJS.WriteStream;
  readonly #input: NodeJS.ReadStream;
  readonly #onKey: (key: string) => void;
  #isOpen = false;

  constructor(output: NodeJS.WriteStream, input: NodeJS.ReadStream, onKey: (key: string) => void) {
    this.#output = output;
    this.#input = input;
    this.#onKey = onKey;
  }

  open(): void {
    this.#isOpen = true;
    process.once('exit', this.close);
    this.#output.write(`${ALTERNATE}${HIDDEN_CURSOR}${NO_WRAP}${CLEAR}`);
    if (!this.#input.isTTY) return;
    this.#input.setRawMode(true).setEncoding('utf8').on('data', this.#onKey).resume();
  }

  /** Writes over what is there, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    this.#output.write(`${HOME}${lines.map((line) => `${line}${TO_END_OF_LINE}`).join('\r\n')}${TO_END}`);
  }

  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.close);
    this.#output.write(`${WRAP}${CURSOR}${NORMAL}`);
    if (!this.#input.isTTY) return;
    this.#input.off('data', this.#onKey).setRawMode(false).pause();
  };
}

const ALTERNATE = '\u001B[?1049h';
const NORMAL = '\u001B[?1049l';
const HIDDEN_CURSOR = '\u001B[?25l';
const CURSOR = '\u001B[?25h';
/** A line that is too wide after all is cut. */
const NO_WRAP = '\u001B[?7l';
const WRAP = '\u001B[?7h';
const HOME = '\u001B[H';
const CLEAR = '\u001B[2J';
const TO_END_OF_LINE = '\u001B[K';
const TO_END = '\u001B[J';
