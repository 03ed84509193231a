import { isIP } from 'node:net';
import { withoutBrackets } from '../../domain/loopback.js';

/** A name or address and a port, as in RFC 9112 (3.2). Repeated fields are joined by a space. */
const HOST = /^(?:\[[0-9a-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*)(?::\d*)?$/i;
const LOOPBACK = /^(?:localhost|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]|127(?:\.\d{1,3}){3})$/;
const WILDCARDS = new Set(['0.0.0.0', '[::]']);
const ANY = '*';

export interface HostRules {
  /** The address that the daemon listens on. */
  readonly host: string;
  /** Other names that it answers to; `*` for any. */
  readonly allowed: readonly string[];
}

/** Whether the value of a `Host` field is valid. */
export function isHost(value: string): boolean {
  return HOST.test(value);
}

/**
 * The names that a daemon answers to: a defence against DNS rebinding. A web page can have its own name resolved to the
 * loopback of its visitor, and then send requests from there. Its name gives it away; an address cannot be rebound.
 */
export class Hosts {
  readonly #isAny: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #isEveryAddress: boolean;

  constructor({ host, allowed }: HostRules) {
    const own = nameIn(host.includes(':') ? `[${host}]` : host) ?? '';
    this.#isAny = allowed.includes(ANY);
    this.#names = new Set([own, ...allowed].map((name) => nameIn(name) ?? name));
    this.#isEveryAddress = WILDCARDS.has(own);
  }

  /** @param authority a name or an address, with or without a port */
  answersTo(authority: string): boolean {
    if (this.#isAny) return true;
    const name = nameIn(authority);
    if (name === undefined) return false;
    if (LOOPBACK.test(name) || this.#names.has(name)) return true;
    return this.#isEveryAddress && isIP(withoutBrackets(name)) !== 0;
  }
}

/** The name as in a URL: in lower case, addresses in one form, without a dot or port at the end. */
function nameIn(authority: string): string | undefined {
  if (!URL.canParse(`http://${authority}`)) return undefined;
  const { hostname, username, pathname } = new URL(`http://${authority}`);
  if (hostname === '' || username !== '' || pathname !== '/') return undefined;
  return hostname.replace(/\.$/, '');
}
