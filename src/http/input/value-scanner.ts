/** One value of a batch as written; undefined if it is not in UTF-8, or a string with a wrong escape. */
export type ScannedValue = string | undefined;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** The byte order mark of UTF-8, which some editors and tools write before a text. */
const MARK = [0xef, 0xbb, 0xbf] as const;
const MARK_TEXT = String.fromCharCode(...MARK);

const NOTHING = Buffer.alloc(0);

/** Whether a value was in quotes, without quotes in an array, an object or array in it, or on a line of its own. */
export type Written = 'quoted' | 'bare' | 'nested' | 'line';

/** The body is neither a JSON array nor one value a line. */
export class NotABatch extends Error {}

type State =
  | 'start'
  /** In an array: a value or the end may follow. */
  | 'value'
  /** After a comma: a value must follow. */
  | 'next_value'
  | 'comma'
  /** In a number or a word. */
  | 'bare'
  | 'string'
  | 'escape'
  /** In an object or an array in the array. */
  | 'nested'
  | 'nested_string'
  | 'nested_escape'
  | 'end'
  /** One value a line. */
  | 'line';

/**
 * Splits a body while it arrives: a JSON array of values, or one value a line. Digits come out as written, which
 * `JSON.parse` does not do for a 64-bit id. No library does both.
 */
export class ValueScanner {
  readonly #found: (value: ScannedValue, written: Written) => void;
  readonly #longest: number;
  readonly #longestNested: number;
  #state: State = 'start';
  #chunk: Buffer = NOTHING;
  /** The part of the value in earlier chunks. */
  #kept = '';
  /** Where the value, or its continuation, begins in the chunk. */
  #from = 0;
  #depth = 0;
  /** The bytes of a byte order mark at the beginning of the body. */
  #marked = 0;

  /**
   * @param found is called for each value, in order
   * @param kept the most bytes of a value that are kept, and of an object; one more shows that it is too long
   */
  constructor(
    found: (value: ScannedValue, written: Written) => void,
    { longest, longestNested = 0 }: { readonly longest: number; readonly longestNested?: number },
  ) {
    this.#found = found;
    this.#longest = longest;
    this.#longestNested = longestNested;
  }

  /** @throws NotABatch */
  write(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#from = 0;
    for (let at = 0; at < chunk.length; at++) this.#take(chunk[at] ?? 0, at);
    if (this.#isInValue()) this.#kept = this.#textUpTo(chunk.length);
    // The chunk is not kept: a body may come slowly.
    this.#chunk = NOTHING;
    this.#from = 0;
  }

  /**
   * The body has ended.
   *
   * @throws NotABatch
   */
  end(): void {
    if (this.#state === 'line') this.#endLine(0);
    else if (this.#state !== 'end') throw new NotABatch('the body ends too soon');
  }

  #take(byte: number, at: number): void {
    switch (this.#state) {
      case 'start':
        this.#takeFirst(byte, at);
        return;
      case 'line':
        if (byte === NEWLINE) this.#endLine(at);
        return;
      case 'value':
      case 'next_value':
        this.#startValue(byte, at);
        return;
      case 'bare':
        this.#takeBare(byte, at);
        return;
      case 'comma':
        this.#takeBetween(byte);
        return;
      case 'end':
        if (!isSpace(byte)) throw new NotABatch('something follows the array');
        return;
      case 'string':
      case 'escape':
      case 'nested':
      case 'nested_string':
      case 'nested_escape':
        this.#takeQuotedOrNested(byte, at, this.#state);
    }
  }

  #takeFirst(byte: number, at: number): void {
    if (byte === MARK[this.#marked]) {
      this.#marked += 1;
      return;
    }
    if (this.#marked % MARK.length > 0) {
      // It was not a mark, but the beginning of a line.
      this.#begin('line', at);
      this.#kept = MARK_TEXT.slice(0, this.#marked);
    } else if (isSpace(byte)) return;
    else if (byte === OPEN_BRACKET) this.#state = 'value';
    else if (byte === OPEN_BRACE) throw new NotABatch('an object is not a batch');
    else this.#begin('line', at);
  }

  #startValue(byte: number, at: number): void {
    if (isSpace(byte)) return;
    if (byte === QUOTE) this.#begin('string', at + 1);
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      this.#begin('nested', at);
      this.#depth = 1;
    } else if (byte === CLOSE_BRACKET && this.#state === 'value') this.#state = 'end';
    else if (byte === COMMA || byte === CLOSE_BRACKET) throw new NotABatch('a value is missing');
    else this.#begin('bare', at);
  }

  #takeBare(byte: number, at: number): void {
    if (byte !== COMMA && byte !== CLOSE_BRACKET && !isSpace(byte)) return;
    this.#found(decoded(this.#textUpTo(at)), 'bare');
    this.#takeBetween(byte);
  }

  #takeBetween(byte: number): void {
    if (byte === COMMA) this.#state = 'next_value';
    else if (byte === CLOSE_BRACKET) this.#state = 'end';
    else if (isSpace(byte)) this.#state = 'comma';
    else throw new NotABatch('a comma is missing');
  }

  #takeQuotedOrNested(
    byte: number,
    at: number,
    state: 'string' | 'escape' | 'nested' | 'nested_string' | 'nested_escape',
  ): void {
    switch (state) {
      case 'string':
        if (byte === QUOTE) this.#endString(at);
        else if (byte === BACKSLASH) this.#state = 'escape';
        return;
      case 'escape':
        this.#state = 'string';
        return;
      case 'nested':
        this.#takeNested(byte, at);
        return;
      case 'nested_string':
        if (byte === QUOTE) this.#state = 'nested';
        else if (byte === BACKSLASH) this.#state = 'nested_escape';
        return;
      case 'nested_escape':
        this.#state = 'nested_string';
    }
  }

  #takeNested(byte: number, at: number): void {
    if (byte === QUOTE) this.#state = 'nested_string';
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) this.#depth++;
    else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) {
      if (--this.#depth > 0) return;
      this.#found(decoded(this.#textUpTo(at + 1)), 'nested');
      this.#state = 'comma';
    }
  }

  #begin(state: 'bare' | 'string' | 'nested' | 'line', at: number): void {
    this.#state = state;
    this.#kept = '';
    this.#from = at;
  }

  #endString(at: number): void {
    this.#found(unescaped(this.#textUpTo(at)), 'quoted');
    this.#state = 'comma';
  }

  #endLine(at: number): void {
    const line = trimmed(this.#textUpTo(at));
    this.#begin('line', at + 1);
    if (line === '') return;
    // A line that begins with a quote is a string of JSON, or wrong: taken as it is, it would name somebody else.
    if (line.startsWith('"')) this.#found(stringIn(line), 'quoted');
    else this.#found(decoded(line), 'line');
  }

  #isInValue(): boolean {
    const state = this.#state;
    return (
      state !== 'start' && state !== 'value' && state !== 'next_value' && state !== 'comma' && state !== 'end'
    );
  }

  /**
   * The value's bytes in one piece: collected one by one they would be a string for each byte, and a user's id would
   * keep all of them. A value that is too long is invalid, so a prefix is enough.
   */
  #textUpTo(at: number): string {
    const longest = this.#state.startsWith('nested') ? this.#longestNested : this.#longest;
    const most = longest + 1 - this.#kept.length;
    const piece = this.#chunk.toString('latin1', this.#from, Math.min(at, this.#from + most));
    return this.#kept === '' ? piece : this.#kept + piece;
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}

/** Without spaces, and without byte order marks, which joined files contain. */
function trimmed(line: string): string {
  let from = line.startsWith(MARK_TEXT) ? MARK_TEXT.length : 0;
  let to = line.length;
  while (from < to && isSpace(line.charCodeAt(from))) from++;
  while (from < to && isSpace(line.charCodeAt(to - 1))) to--;
  return line.slice(from, to);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BEYOND_ASCII = /[\x80-\xff]/;

/** Text with a byte for each character. */
function decoded(bytes: string): ScannedValue {
  if (!BEYOND_ASCII.test(bytes)) return bytes;
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** What was between the quotes of a string. */
function unescaped(bytes: string): ScannedValue {
  const text = decoded(bytes);
  return text?.includes('\\') === true ? stringIn(`"${bytes}"`) : text;
}

/** A string of JSON, with its quotes. */
function stringIn(bytes: string): ScannedValue {
  try {
    const value: unknown = JSON.parse(decoded(bytes) ?? '');
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
