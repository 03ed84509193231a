import { withoutLinkTokens } from '../../domain/action-link.js';
import { NotifyError } from '../../ports/channel.js';
import type { Secret } from './secret.js';

/** The shortest part, not itself declared secret, that is redacted. Anything shorter is an ordinary word. */
const SHORTEST_PART = 16;
/** Shorter secrets are not redacted: anybody guesses them, and they are in most words. */
const SHORTEST_SECRET = 4;
const HIDDEN = '(secret)';

/**
 * Redacts secrets from text: whole, escaped, or in the parts that are enough by themselves. See decision 51. Signed
 * links, which nobody keeps, are known by their form.
 */
export class Redaction {
  readonly #shortest: number;
  readonly #giveaways = new Set<string>();
  /** Longest first, so that nothing is left of a secret that contains another. */
  #inOrder: readonly string[] = [];

  /** @param shortest secrets with fewer characters may be part of any text, and are not redacted */
  constructor(secrets: Iterable<Secret | undefined>, shortest = SHORTEST_SECRET) {
    this.#shortest = shortest;
    this.learn(secrets);
  }

  /** Redacts these too from now on. */
  learn(secrets: Iterable<Secret | undefined>): void {
    for (const secret of secrets) {
      for (const text of giveaways(secret?.reveal() ?? '')) {
        if (text.length >= this.#shortest) this.#giveaways.add(text);
      }
    }
    this.#inOrder = [...this.#giveaways].sort((one, other) => other.length - one.length);
  }

  conceal(text: string): string {
    const known = this.#inOrder.reduce((rest, giveaway) => rest.replaceAll(giveaway, HIDDEN), text);
    return withoutLinkTokens(known);
  }

  /** The same error without secrets. */
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

/** A plain origin says where somebody is and grants no access. People need it to find what is wrong. */
function isOrigin({ host, username, password, pathname, search, hash }: URL): boolean {
  return host !== '' && `${username}${password}${search}${hash}` === '' && /^\/?$/.test(pathname);
}

/** The parts of a URL that grant access by themselves. */
function partsOf({ username, password, pathname, search, searchParams }: URL): string[] {
  const places = [`${pathname}${search}`, ...pathname.split('/'), ...searchParams.values()];
  return [
    ...(password === '' ? [] : [password, ...sent(decoded(username), decoded(password))]),
    ...places.filter(({ length }) => length >= SHORTEST_PART),
  ];
}

/** A password in its forms on the wire: plain, and as HTTP and SMTP encode it. */
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

/** As it is in a line of JSON. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
