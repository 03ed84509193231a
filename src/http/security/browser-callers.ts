import type { IncomingMessage } from 'node:http';
import type { SignInsApi } from '../../app/api/pages-api.js';
import type { Access } from '../../domain/access.js';
import type { SignedIn, SignIn } from '../../domain/sign-in.js';
import { instant, type Instant } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import { HeartbeatError } from '../../errors.js';
import { sentenceFor, signInProblem } from '../../views/messages.js';
import { sha256Hex } from '../sign-in/sign-in-cookie.js';
import type { SignInPlace } from '../sign-in/sign-in-place.js';
import { Denied, type Credential } from './credentials.js';
import { isOfOwnPage } from './csrf.js';

/** What a sign-in was refused with once it has ended. */
export const ENDED = new Denied(signInProblem.ended);

type CredentialOf = (who: SignedIn) => Credential | undefined;

interface BrowserCallersDeps {
  readonly signIns: Pick<SignInsApi, 'find'>;
  readonly clock: Pick<Clock, 'wall'>;
}

/** Identifies callers whose browser has signed in, by its cookie. */
export class BrowserCallers {
  readonly #deps: BrowserCallersDeps;
  readonly #place: SignInPlace;
  readonly #credentialOf: CredentialOf;
  readonly #foreign: Denied;
  /** Each sign-in has an access of its own, by which its streams are found when it ends. */
  readonly #credentials = new WeakMap<SignIn, Credential>();
  readonly #signIns = new WeakMap<Access, SignIn>();

  /** @param credentialOf what somebody who has signed in may do, by the configuration in force */
  constructor(place: SignInPlace, credentialOf: CredentialOf, deps: BrowserCallersDeps) {
    this.#deps = deps;
    this.#place = place;
    this.#credentialOf = credentialOf;
    this.#foreign = new Denied(signInProblem.foreign(place.url), 'HEARTBEAT_FORBIDDEN');
  }

  /** @returns undefined if the request has no such cookie */
  identify(request: Pick<IncomingMessage, 'headers'>): Access | Denied | undefined {
    const tokens = this.#place.cookie.tokensIn(request.headers.cookie ?? '');
    if (tokens.length === 0) return undefined;
    // Before the token is looked at, so that other pages learn nothing about it.
    if (!isOfOwnPage(request, this.#place.origin)) return this.#foreign;
    if (tokens.length > 1) return new Denied(signInProblem.twice(this.#place.cookie.name));
    const [token] = tokens;
    if (token === undefined) return ENDED;
    const signIn = this.#find(sha256Hex(token));
    if (signIn === undefined) return ENDED;
    return signIn instanceof Denied ? signIn : this.#accessOf(signIn);
  }

  /** While the daemon starts, a page may be loaded, and nothing else. */
  #find(hash: string): SignIn | Denied | undefined {
    try {
      return this.#deps.signIns.find(hash);
    } catch (error) {
      if (error instanceof HeartbeatError) return new Denied(sentenceFor(error.code), error.code);
      throw error;
    }
  }

  #accessOf(signIn: SignIn): Access | Denied {
    const credential = this.#credentials.get(signIn) ?? this.#remember(signIn);
    if (credential === undefined) return ENDED;
    const { access, expires, whenExpired } = credential;
    return expires !== undefined && this.#deps.clock.wall() >= expires ? whenExpired : access;
  }

  #remember(signIn: SignIn): Credential | undefined {
    const found = this.#credentialOf(signIn.who);
    if (found === undefined) return undefined;
    const expires = earlier(found.expires, signIn.expires);
    const access = found.access.until(expires);
    const credential = { access, expires, whenExpired: found.whenExpired };
    this.#credentials.set(signIn, credential);
    this.#signIns.set(access, signIn);
    return credential;
  }

  /** The sign-in by which a caller was identified; undefined for all others. */
  signInOf(access: Access): SignIn | undefined {
    return this.#signIns.get(access);
  }

  /** As which its requests were admitted, if there were any. */
  accessOf(signIn: SignIn): Access | undefined {
    return this.#credentials.get(signIn)?.access;
  }
}

function earlier(one: Instant | undefined, other: Instant): Instant {
  return instant(Math.min(one ?? other, other));
}
