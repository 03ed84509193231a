/** `util.inspect.custom`, without Node's types in the declaration. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** A text that is shown only by an explicit call. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '(secret)';
  }

  toJSON(): string {
    return '(secret)';
  }

  [INSPECT](): string {
    return '(secret)';
  }
}
