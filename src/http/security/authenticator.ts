import { hash, timingSafeEqual } from 'node:crypto';
import { Access, type KeyRule } from '../../domain/access.js';
import type { SignedIn } from '../../domain/sign-in.js';
import type { UserIds } from '../../domain/user-id.js';
import type { Clock } from '../../ports/clock.js';
import { type AuthOptions, type Credential, Denied } from './credentials.js';
import { isToken, UserTokens } from './user-tokens.js';

/** The most verified tokens that are remembered until they expire: about 30 MB of them. */
const REMEMBERED = 100_000;
/** So many ids in its `watch` take as much memory as a token without them. */
const IDS_OF_A_TOKEN = 5;

const MISSING = new Denied('a key is required: send it as "Authorization: Bearer <key>"');
const NOT_BEARER = new Denied('the Authorization header must be "Bearer <key>"');
const UNKNOWN = new Denied('the key is unknown');
const EXPIRED = new Denied('the key has expired');

const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

interface StoredKey {
  readonly name: string;
  readonly hash: string;
  readonly digest: Buffer;
  readonly credential: Credential;
}

/**
 * Authenticates callers. A credential is looked up by its SHA-256 only, so that timing reveals nothing about others.
 * See decision 20.
 */
export class Authenticator {
  readonly #clock: Clock;
  readonly #keys: readonly StoredKey[];
  readonly #tokens: UserTokens | undefined;
  /** Verified credentials by their SHA-256. */
  readonly #known = new Map<string, Credential>();
  readonly #remembered: number;
  /** What the verified credentials take, in tokens. */
  #taken = 0;

  /** @param remembered the most tokens; fewer if they watch many users */
  constructor(
    { keys, user_tokens }: AuthOptions,
    clock: Clock,
    userIds: Pick<UserIds, 'parse'>,
    remembered = REMEMBERED,
  ) {
    this.#clock = clock;
    this.#keys = keys.map(stored);
    this.#tokens = user_tokens === undefined ? undefined : new UserTokens(user_tokens, clock, userIds);
    this.#remembered = keys.length + remembered;
  }

  /**
   * Identifies the sender of this header. A new token takes time to verify; all others are known at once.
   *
   * @param authorization of the request, if any
   */
  identify(authorization: string | undefined): Access | Denied | Promise<Access | Denied> {
    if (authorization === undefined) return MISSING;
    const [, bearer] = BEARER.exec(authorization) ?? [];
    if (bearer === undefined) return NOT_BEARER;
    const found = this.authenticate(bearer);
    return found instanceof Promise ? found.then(accessOf) : accessOf(found);
  }

  /** The same for a key or token itself, and until when it is valid. */
  authenticate(bearer: string): Credential | Denied | Promise<Credential | Denied> {
    const digest = hash('sha256', bearer, 'binary');
    const known = this.#known.get(digest);
    if (known !== undefined) return this.#inTime(digest, known);
    if (this.#tokens !== undefined && isToken(bearer)) return this.#verify(this.#tokens, bearer, digest);
    const credential = this.#find(digest);
    return credential === undefined ? UNKNOWN : this.#inTime(digest, this.#remember(digest, credential));
  }

  /** The key with which somebody has signed in; undefined if it is not configured any more. */
  keyOf(who: Extract<SignedIn, { readonly kind: 'key' }>): Credential | undefined {
    return this.#keys.find(({ name, hash: digits }) => name === who.name && digits.startsWith(who.hash))
      ?.credential;
  }

  async #verify(tokens: UserTokens, token: string, digest: string): Promise<Credential | Denied> {
    const credential = await tokens.verify(token);
    return credential instanceof Denied ? credential : this.#remember(digest, credential);
  }

  /** Compares with every key to the end, whichever matches. */
  #find(digest: string): Credential | undefined {
    const sent = Buffer.from(digest, 'latin1');
    let found: Credential | undefined;
    for (const key of this.#keys) if (timingSafeEqual(key.digest, sent)) found = key.credential;
    return found;
  }

  #inTime(digest: string, credential: Credential): Credential | Denied {
    if (credential.expires === undefined || this.#clock.wall() < credential.expires) return credential;
    this.#forget(digest, credential);
    return credential.whenExpired;
  }

  /** The one verified first is dropped first: it has the least time left. */
  #remember(digest: string, credential: Credential): Credential {
    for (const [oldest, other] of this.#known) {
      if (this.#taken < this.#remembered) break;
      this.#forget(oldest, other);
    }
    this.#forget(digest, this.#known.get(digest));
    this.#known.set(digest, credential);
    this.#taken += weightOf(credential);
    return credential;
  }

  #forget(digest: string, credential: Credential | undefined): void {
    if (credential === undefined) return;
    this.#known.delete(digest);
    this.#taken -= weightOf(credential);
  }
}

function weightOf({ access }: Credential): number {
  return 1 + access.watches / IDS_OF_A_TOKEN;
}

function accessOf(found: Credential | Denied): Access | Denied {
  return found instanceof Denied ? found : found.access;
}

function stored(rule: KeyRule): StoredKey {
  return {
    name: rule.name,
    hash: rule.hash,
    digest: Buffer.from(rule.hash, 'hex'),
    credential: { access: Access.ofKey(rule), expires: rule.expires, whenExpired: EXPIRED },
  };
}
