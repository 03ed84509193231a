import { NotifyError } from '../../ports/channel.js';
import type { Secret } from './secret.js';

/** Characters of what gives a secret away and is not declared to be one. What is shorter is a word. */
const SHORTEST_PART = 16;
const HIDDEN = '(secret)';

/** Takes secrets out of what others say: whole, escaped, or in the parts that do as well. */
export class Redaction {
  readonly #shortest: number;
  readonly #giveaways = new Set<string>();
  /** The longest first, so that nothing is left of those that others are a part of. */
  #inOrder: readonly string[] = [];

  /** @param shortest characters; what is shorter may stand in any text, and stays there */
  constructor(secrets: Iterable<Secret | undefined>, shortest = 1) {
    this.#shortest = shortest;
    this.learn(secrets);
  }

  /** Hides these too, from here on. */
  learn(secrets: Iterable<Secret | undefined>): void {
    for (const secret of secrets) {
      for (const text of giveaways(secret?.reveal() ?? '')) {
        if (text.length >= this.#shortest) this.#giveaways.add(text);
      }
    }
    this.#inOrder = [...this.#giveaways].sort((one, other) => other.length - one.length);
  }

  conceal(text: string): string {
    return this.#inOrder.reduce((rest, giveaway) => rest.replaceAll(giveaway, HIDDEN), text);
  }

  /** An error that says the same, but for secrets. */
  concealError(error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    const concealed = this.conceal(message);
    if (error instanceof Error && concealed === message) return error;
    return new NotifyError(concealed, error instanceof NotifyError ? error : {});
  }
}

function giveaways(secret: string): string[] {
  const url = URL.canParse(secret) ? new URL(secret) : undefined;
  if (url !== undefined && isOrigin(url)) return [];
  const plain = [secret, ...(url === undefined ? [] : partsOf(url))];
  return [...plain, ...plain.map(escaped)];
}

/** It says where somebody is, and nothing that opens a door there: people need it to find what is wrong. */
function isOrigin({ host, username, password, pathname, search, hash }: URL): boolean {
  return host !== '' && `${username}${password}${search}${hash}` === '' && /^\/?$/.test(pathname);
}

/** What of a URL opens a door by itself. */
function partsOf({ username, password, pathname, search, searchParams }: URL): string[] {
  const places = [`${pathname}${search}`, ...pathname.split('/'), ...searchParams.values()];
  return [
    ...(password === '' ? [] : [password, ...sent(decoded(username), decoded(password))]),
    ...places.filter(({ length }) => length >= SHORTEST_PART),
  ];
}

/** A password as it goes over the wire: plain, and as HTTP and SMTP code it. */
function sent(name: string, password: string): string[] {
  const coded = [`${name}:${password}`, `\0${name}\0${password}`, password];
  return [password, ...coded.map((text) => Buffer.from(text).toString('base64'))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As it stands in a line of JSON. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
