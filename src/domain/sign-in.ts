import type { Instant } from './time.js';

/** Who has signed in, as of then: what the caller may do is decided by the configuration in force. */
export type SignedIn =
  /** Somebody with this key. */
  | {
      readonly kind: 'key';
      readonly name: string;
      /** The beginning of the key's hash: another key of the same name is not this one. */
      readonly hash: string;
    }
  /** A person, whom a provider has named. */
  | {
      readonly kind: 'person';
      readonly name: string;
      readonly groups: readonly string[];
      /** The issuer, and its id of the person. */
      readonly issuer: string;
      readonly subject: string;
    };

/** A sign-in of a browser: a cookie stands for it until it ends. */
export interface SignIn {
  /** SHA-256 of the cookie's token, in lower-case hex. The token itself is not kept. */
  readonly hash: string;
  readonly who: SignedIn;
  readonly at: Instant;
  readonly expires: Instant;
}

/** What tells one who signs in from all others. */
export function identityOf(who: SignedIn): string {
  return JSON.stringify(who.kind === 'key' ? [who.name, who.hash] : [who.issuer, who.subject]);
}

/** Hex digits of a key's hash that are kept in a sign-in. */
const DIGITS = 16;

/** @param hash SHA-256 of the key, in hex */
export function signedInByKey(name: string, hash: string): SignedIn {
  return { kind: 'key', name, hash: hash.slice(0, DIGITS) };
}
