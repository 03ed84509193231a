import type { Request } from 'express';
import type { Daemon } from '../../app/api/daemon.js';
import type { Access } from '../../domain/access.js';
import type { SignedIn } from '../../domain/sign-in.js';
import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { LoginProblem, type IdentityProvider, type LoginAttempt } from '../../ports/identity-provider.js';
import { sentenceFor, signInProblem } from '../../views/messages.js';
import { html } from '../pages/html.js';
import { page } from '../pages/short-page.js';
import type { Resources } from '../resources.js';
import { isMarkedAsForeign } from '../security/csrf.js';
import { isPersonName } from '../security/persons.js';
import { RateLimiter, sourceOf } from '../security/rate-limit.js';
import type { Exchange } from '../server/exchange.js';
import { beginSignIn, type SignInDesk } from './sign-in-routes.js';
import type { SignInPlace } from './sign-in-place.js';

/** What signing in at a provider needs besides. */
export interface OpenIdDesk extends SignInDesk {
  /** Undefined: none is configured. */
  readonly provider: IdentityProvider | undefined;
  /** What somebody may do who has signed in; undefined for nothing. */
  accessOf(who: SignedIn): Access | undefined;
}

interface OpenIdDeps {
  readonly daemon: Pick<Daemon, 'serving' | 'signIns'>;
  readonly clock: Clock;
  readonly desk: OpenIdDesk;
}

interface Guarded extends OpenIdDeps {
  readonly rates: RateLimiter;
}

/** Requests a second of each address: the provider is called for each. */
const RATE = 10;

const BEGIN = '/sign-in/openid';
const CALLBACK = `${BEGIN}/callback`;
const PUBLIC = { needs: 'nothing', isPublic: true, body: 'ignored' } as const;
const PRIVATE = ['cache-control', 'no-store', 'referrer-policy', 'no-referrer', 'content-length', '0'];

/**
 * Signs people in at a provider of OpenID Connect: sends the browser there, and takes it back. Until then its cookie has
 * the state, the nonce and the verifier of PKCE, so a callback counts in the browser alone that has begun.
 */
export function addOpenId(resources: Resources, given: OpenIdDeps): void {
  const deps = { ...given, rates: new RateLimiter(given.clock, RATE) };
  resources
    .add(BEGIN, {
      get: {
        ...PUBLIC,
        handle: (exchange) =>
          guarded(exchange, deps, false, (provider, place) => begin(exchange, provider, place, deps.desk)),
      },
    })
    .add(CALLBACK, {
      get: {
        ...PUBLIC,
        handle: (exchange, request) =>
          guarded(exchange, deps, true, (provider, place) =>
            complete(exchange, request, provider, place, deps),
          ),
      },
    });
}

/** @param isOver whether the attempt of the browser is over when the work fails */
async function guarded(
  exchange: Exchange,
  { daemon, desk: { provider, place }, rates }: Guarded,
  isOver: boolean,
  work: (provider: IdentityProvider, place: SignInPlace) => Promise<void>,
): Promise<void> {
  if (provider === undefined) exchange.refuse('HEARTBEAT_NOT_FOUND');
  else if ('problem' in place) refuse(exchange, 403, place.problem);
  else if (!daemon.serving) refuse(exchange, 503, sentenceFor('HEARTBEAT_NOT_READY'));
  else if (rates.take(sourceOf(exchange.clientAddress ?? '')) > 0) exchange.refuse('HEARTBEAT_RATE_LIMITED');
  else {
    try {
      await work(provider, place);
    } catch (error) {
      if (error instanceof LoginProblem)
        // A provider that is away is asked again with what the browser keeps.
        refuse(exchange, error.isAway ? 503 : 401, error.message, place, isOver && !error.isAway);
      else if (error instanceof HeartbeatError)
        refuse(exchange, error.status, sentenceFor(error.code), place, isOver);
      else throw error;
    }
  }
}

/** A link of another page must not sign its visitor in as somebody else, nor one who has signed in already. */
async function begin(
  exchange: Exchange,
  provider: IdentityProvider,
  place: SignInPlace,
  desk: OpenIdDesk,
): Promise<void> {
  if (isMarkedAsForeign(exchange.request) || desk.signInOf(exchange.access) !== undefined) {
    exchange.answer(303, ['location', `${place.url}/`, ...PRIVATE], '');
    return;
  }
  const { url, attempt } = await provider.begin(`${place.url}${CALLBACK}`);
  const cookie = place.login.set(
    `${attempt.state}.${attempt.nonce}.${attempt.verifier}`,
    place.loginLifetime,
  );
  exchange.answer(303, ['location', url, 'set-cookie', cookie, ...PRIVATE], '');
}

async function complete(
  exchange: Exchange,
  { originalUrl }: Request,
  provider: IdentityProvider,
  place: SignInPlace,
  deps: OpenIdDeps,
): Promise<void> {
  const attempt = attemptIn(exchange, place);
  if (attempt === undefined) {
    refuse(exchange, 400, signInProblem.notBegun, place, true);
    return;
  }
  const callback = new URL(`${place.url}${CALLBACK}`);
  // It says nothing about where the browser goes next.
  callback.search = originalUrl.includes('?') ? originalUrl.slice(originalUrl.indexOf('?')) : '';
  // Of another tab, or of a link: the attempt that is under way goes on.
  if (callback.searchParams.get('state') !== attempt.state) {
    refuse(exchange, 401, signInProblem.notBegun, place);
    return;
  }
  const { name, groups, issuer, subject } = await provider.complete(callback, attempt);
  // It took too long, or the browser has gone.
  if (!exchange.open) return;
  const who = { kind: 'person', name, groups, issuer, subject } as const;
  const access = isPersonName(name) ? deps.desk.accessOf(who) : undefined;
  if (access?.may('read') !== true) {
    refuse(exchange, 403, signInProblem.noGroup(name), place, true);
    return;
  }
  const cookie = await beginSignIn(exchange, who, access, place, deps);
  if (exchange.response.headersSent) return;
  // As a list, since one field in the head of an answer replaces the other.
  exchange.response.setHeader('set-cookie', [cookie, place.login.removal]);
  exchange.answer(303, ['location', `${place.url}/`, ...PRIVATE], '');
}

function attemptIn(exchange: Exchange, { login }: SignInPlace): LoginAttempt | undefined {
  const found = login.tokensIn(exchange.request.headers.cookie ?? '');
  if (found.length !== 1) return undefined;
  const [state, nonce, verifier] = found[0]?.split('.') ?? [];
  if (state === undefined || nonce === undefined || verifier === undefined) return undefined;
  return { state, nonce, verifier };
}

/**
 * A browser shows it, so it is a page.
 *
 * @param isOver whether the attempt of this browser is over with it
 */
function refuse(
  exchange: Exchange,
  status: number,
  sentence: string,
  place?: SignInPlace,
  isOver = false,
): void {
  const back = place === undefined ? '' : html`<p><a href="${place.url}/">Back to the dashboard</a></p>`;
  const { head, body } = page(
    'You are not signed in',
    html`<p>${sentence}.</p>
      ${back}`,
  );
  const removal = place === undefined || !isOver ? [] : ['set-cookie', place.login.removal];
  const later = status === 503 ? ['retry-after', '1'] : [];
  exchange.precondition = undefined;
  exchange.answer(status, [...head, ...removal, ...later], body);
}
