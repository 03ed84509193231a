import { hash, randomBytes } from 'node:crypto';
import type { Seconds } from '../../domain/time.js';

const BYTES = 32;

/** What a cookie is for. */
interface CookieKind {
  readonly name: string;
  readonly sameSite: 'Strict' | 'Lax';
  /** Of its values. */
  readonly form: RegExp;
}

/** The token of a sign-in. */
export const SESSION: CookieKind = { name: 'heartbeat', sameSite: 'Strict', form: /^[\w-]{43}$/ };
/** What a browser that signs in at a provider keeps meanwhile. It comes back by a link of another site. */
export const LOGIN: CookieKind = {
  name: 'heartbeat-login',
  sameSite: 'Lax',
  form: /^[\w-]{43,128}(?:\.[\w-]{43,128}){2}$/,
};

/** A new token: 256 random bits. */
export function newToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** By which a token is stored and found, and as the configuration has it of keys: SHA-256 in hexadecimal digits. */
export function sha256Hex(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/**
 * The cookie of a daemon that people reach at this URL. Over HTTPS its name says that it is secure, and, unless the URL
 * has a path, that no other host and no other path can set it (RFC 6265bis, 4.1.3). The port is in the name, since
 * browsers send cookies to all ports of a host.
 */
export class SignInCookie {
  readonly name: string;
  readonly #form: RegExp;
  readonly #attributes: string;

  /** @param publicUrl without a slash at its end */
  constructor(publicUrl: string, { name, sameSite, form }: CookieKind) {
    const { protocol, port, pathname } = new URL(publicUrl);
    const isSecure = protocol === 'https:';
    const path = pathname.endsWith('/') ? pathname : `${pathname}/`;
    const prefix = !isSecure ? '' : path === '/' ? '__Host-' : '__Secure-';
    this.#form = form;
    this.name = `${prefix}${name}${port === '' ? '' : `-${port}`}`;
    this.#attributes = `; Path=${path}; HttpOnly; SameSite=${sameSite}${isSecure ? '; Secure' : ''}`;
  }

  /** The value of `Set-Cookie`. */
  set(token: string, lifetime: Seconds): string {
    return `${this.name}=${token}${this.#attributes}; Max-Age=${String(Math.floor(lifetime))}`;
  }

  /** The value of `Set-Cookie` that removes it. */
  get removal(): string {
    return `${this.name}=${this.#attributes}; Max-Age=0`;
  }

  /**
   * The tokens in a header `Cookie`; more than one if another host or path has set one too. What is no token is
   * `undefined`.
   */
  tokensIn(header: string): readonly (string | undefined)[] {
    const own = `${this.name}=`;
    if (!header.includes(own)) return [];
    return header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(own))
      .map((pair) => pair.slice(own.length))
      .map((value) => (this.#form.test(value) ? value : undefined));
  }
}
