import * as z from 'zod';
import type { Daemon } from '../../app/api/daemon.js';
import { ANYBODY, type Access } from '../../domain/access.js';
import { signedInByKey, type SignedIn, type SignIn } from '../../domain/sign-in.js';
import { instant, toMillis, unixSeconds, type Seconds } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { orUnknownField, problemsIn } from '../../views/body-problems.js';
import { forbidden, signInProblem } from '../../views/messages.js';
import { readJson, refuseBody } from '../input/json-body.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { Resources } from '../resources.js';
import { Denied, type Credential } from '../security/credentials.js';
import type { Exchange } from '../server/exchange.js';
import { sha256Hex, newToken } from './sign-in-cookie.js';
import type { SignInPlace } from './sign-in-place.js';

/** What signing in needs from who decides about callers. */
export interface SignInDesk {
  /** Where browsers sign in, or why they cannot. */
  readonly place: SignInPlace | { readonly problem: string };
  /** How long a sign-in lasts. */
  readonly lifetime: Seconds;
  authenticate(key: string): Credential | Denied | Promise<Credential | Denied>;
  /** Counts a request of a key. @returns whether it comes too soon */
  exceedsKeyRate(access: Access): boolean;
  /** What people know the provider by at which they sign in; undefined if there is none. */
  readonly providerName: string | undefined;
  /** The sign-in by which a caller was identified. */
  signInOf(access: Access): SignIn | undefined;
}

interface SignInDeps {
  readonly daemon: Pick<Daemon, 'serving' | 'signIns'>;
  readonly clock: Pick<Clock, 'wall'>;
  readonly limits: Pick<GatewayLimits, 'body'>;
  readonly desk: SignInDesk;
}

/** Nobody has shown a key yet. */
const LARGEST_BODY = 4096;
const NOT_KEPT = ['cache-control', 'no-store'];
const CHALLENGE = ['www-authenticate', 'Bearer realm="heartbeat"'];

const body = z.strictObject(
  { key: z.string({ error: 'is required: the key to sign in with' }) },
  orUnknownField('must be {"key"}'),
);

/**
 * Who the caller is, and what it may do, so that a page offers nothing else: answered while the daemon is not ready, too.
 * Signs browsers in and out.
 */
export function addSignIn(resources: Resources, deps: SignInDeps): void {
  const { desk, daemon } = deps;
  resources
    .add('/session', {
      get: { handle: (exchange) => exchange.json(200, callerView(exchange.access, desk)) },
      post: {
        needs: 'nothing',
        isPublic: true,
        body: 'json',
        handle: (exchange, request) => {
          const { place } = desk;
          if ('problem' in place) refuse(exchange, place.problem);
          else if (!isOfPlace(exchange, place)) refuse(exchange, signInProblem.elsewhere(place.url));
          else if (!daemon.serving) exchange.refuse('HEARTBEAT_NOT_READY');
          else
            readJson(exchange, request, Math.min(deps.limits.body, LARGEST_BODY), (value) => {
              const read = body.safeParse(value);
              if (read.success) return signIn(exchange, read.data.key, place, deps);
              refuseBody(exchange, problemsIn(read.error));
              return undefined;
            });
        },
      },
      delete: {
        needs: 'nothing',
        isPublic: true,
        handle: (exchange) => signOut(exchange, deps),
      },
    })
    .add('/sign-in', {
      get: {
        needs: 'nothing',
        isPublic: true,
        handle: (exchange) => exchange.json(200, waysIn(desk)),
      },
    });
}

function refuse(exchange: Exchange, message: string): void {
  exchange.refuse('HEARTBEAT_FORBIDDEN', { message });
}

/** A page of another origin could sign its visitor in as somebody else. A program sends neither header. */
function isOfPlace({ request: { headers } }: Exchange, { origin }: SignInPlace): boolean {
  if (headers.origin !== undefined) return headers.origin === origin;
  const { 'sec-fetch-site': site } = headers;
  return site === undefined || site === 'same-origin';
}

async function signIn(exchange: Exchange, key: string, place: SignInPlace, deps: SignInDeps): Promise<void> {
  const { desk } = deps;
  const found = await desk.authenticate(key);
  if (found instanceof Denied) {
    exchange.refuse(found.code, { message: found.message, headers: CHALLENGE });
    return;
  }
  const { access } = found;
  if (desk.exceedsKeyRate(access)) exchange.refuse('HEARTBEAT_RATE_LIMITED');
  else if (access.credential !== 'key' || !access.may('read'))
    refuse(exchange, forbidden.permission(access, 'read'));
  else {
    const who = signedInByKey(access.name, sha256Hex(key));
    const cookie = await beginSignIn(exchange, who, access, place, deps);
    exchange.answer(204, ['set-cookie', cookie, ...NOT_KEPT], '');
  }
}

/**
 * Ends the sign-in that the browser had before.
 *
 * @returns its cookie, as the value of `Set-Cookie`
 * @throws HeartbeatError if the store refuses it
 */
export async function beginSignIn(
  exchange: Exchange,
  who: SignedIn,
  access: Access,
  { cookie }: SignInPlace,
  { daemon, clock, desk }: Pick<SignInDeps, 'daemon' | 'clock' | 'desk'>,
): Promise<string> {
  const before = desk.signInOf(exchange.access);
  const token = newToken();
  const now = clock.wall();
  await daemon.signIns.begin({
    hash: sha256Hex(token),
    who,
    at: now,
    expires: instant(now + toMillis(desk.lifetime)),
  });
  if (before !== undefined) await ended(daemon, before);
  exchange.access = access;
  // Names may be alike, and may be changed at the provider.
  exchange.audit(who.kind === 'person' ? { issuer: who.issuer, subject: who.subject } : {});
  return cookie.set(token, desk.lifetime);
}

/** Idempotent: a browser that is not signed in only loses its cookie. */
async function signOut(exchange: Exchange, { daemon, desk }: SignInDeps): Promise<void> {
  const { place } = desk;
  const removal = 'problem' in place ? [] : ['set-cookie', place.cookie.removal];
  const headers = [...removal, ...NOT_KEPT];
  const signedIn = desk.signInOf(exchange.access);
  const problem = signedIn && (await ended(daemon, signedIn));
  if (problem === undefined) {
    if (signedIn !== undefined) exchange.audit();
    exchange.answer(204, headers, '');
  } else exchange.refuse(problem.code, { headers });
}

/** @returns why that is not stored yet */
async function ended(
  { signIns }: SignInDeps['daemon'],
  { hash }: SignIn,
): Promise<HeartbeatError | undefined> {
  try {
    await signIns.end(hash);
    return undefined;
  } catch (error) {
    if (error instanceof HeartbeatError) return error;
    throw error;
  }
}

function waysIn({ place, providerName }: SignInDesk): object {
  const openid = providerName ?? null;
  return 'problem' in place
    ? { url: null, problem: place.problem, openid }
    : { url: place.url, problem: null, openid };
}

function callerView(access: Access, { signInOf }: Pick<SignInDesk, 'signInOf'>): object {
  const { name, person, scopes, nodePrefixes, expires } = access;
  return {
    key: access === ANYBODY || person !== undefined ? null : name,
    user: person ?? null,
    scopes,
    nodes: nodePrefixes ?? null,
    expires: expires === undefined ? null : unixSeconds(expires),
    signed_in: signInOf(access) !== undefined,
  };
}
