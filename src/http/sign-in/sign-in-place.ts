import { isPrivateUrl } from '../../domain/loopback.js';
import type { Seconds } from '../../domain/time.js';
import { signInProblem } from '../../views/messages.js';
import { LOGIN, SESSION, SignInCookie } from './sign-in-cookie.js';

/** Where a browser may sign in. */
export interface SignInPlace {
  /** As browsers write it in `Origin`. */
  readonly origin: string;
  /** Without a slash at its end. */
  readonly url: string;
  readonly cookie: SignInCookie;
  /** The cookie of a browser that is at the provider. */
  readonly login: SignInCookie;
  /** How long it may be there. */
  readonly loginLifetime: Seconds;
}

const LOGIN_LIFETIME: Seconds = 600;

/**
 * @param publicUrl where people reach the daemon
 * @returns why nobody can sign in there, if so
 */
export function signInPlaceOf(
  publicUrl: string | null | undefined,
): SignInPlace | { readonly problem: string } {
  if (typeof publicUrl !== 'string') return { problem: signInProblem.noUrl };
  const url = new URL(publicUrl);
  if (!isPrivateUrl(url)) return { problem: signInProblem.plainHttp(publicUrl) };
  return {
    origin: url.origin,
    url: publicUrl,
    cookie: new SignInCookie(publicUrl, SESSION),
    login: new SignInCookie(publicUrl, LOGIN),
    loginLifetime: LOGIN_LIFETIME,
  };
}
