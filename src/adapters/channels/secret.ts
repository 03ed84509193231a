import { inspect } from 'node:util';

/** A text that shows itself to nobody who does not ask for it by name. */
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

  [inspect.custom](): string {
    return '(secret)';
  }
}

/** The text without any of the secrets, as far as somebody else may have put them into it. */
export function withoutSecrets(text: string, secrets: readonly (Secret | undefined)[]): string {
  return secrets.reduce<string>(
    (rest, secret) => (secret === undefined ? rest : rest.replaceAll(secret.reveal(), '(secret)')),
    text,
  );
}
