import { Access, ANYBODY, NOBODY } from '../../domain/access.js';
import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { UsersApi } from '../../app/api/users-api.js';
import { RateLimiter, sourceOf } from './rate-limit.js';
import { isBadge } from '../badges/badge-target.js';
import { isLink } from '../links/link-target.js';
import { isPing } from '../pings/ping-target.js';
import { signInPlaceOf, type SignInPlace } from '../sign-in/sign-in-place.js';
import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../server/exchange.js';
import { isBodiless } from '../server/request-head.js';
import type { GatewayOptions } from '../gateway-options.js';
import type { RouteTable } from '../route-table.js';
import { signInProblem } from '../../views/messages.js';
import type { SignedIn, SignIn } from '../../domain/sign-in.js';
import { Authenticator } from './authenticator.js';
import { accessOfPerson } from './persons.js';
import { BrowserCallers, ENDED } from './browser-callers.js';
import { ClientAddresses } from './client-addresses.js';
import { TrustedHeader } from './trusted-header.js';
import { Denied, type Credential } from './credentials.js';

const UNNECESSARY = new Denied('no key is configured');

type AccessControlOptions = Pick<GatewayOptions, 'auth' | 'public_url' | 'trusted_proxies'> & {
  readonly limits: Pick<GatewayOptions['limits'], 'rate_per_key' | 'rate_per_address'>;
};

/** What access control needs of the daemon. */
type AccessControlDaemon = Pick<Daemon, 'defer' | 'signIns'> & { readonly users: Pick<UsersApi, 'ids'> };

/** Authenticates requests, authorizes them, and applies rate limits. */
export class AccessControl {
  unauthorized = 0;
  rateLimited = 0;
  readonly addresses = new ClientAddresses();
  readonly #daemon: AccessControlDaemon;
  readonly #clock: Clock;
  readonly #routes: Pick<RouteTable, 'isProbe' | 'isPublic'>;
  readonly #handOver: (exchange: Exchange) => void;
  readonly #signedOut: (access: Access) => void;
  /** Each is undefined if it is not configured. */
  #auth: AccessControlOptions['auth'];
  #authenticator: Authenticator | undefined;
  #browsers: BrowserCallers | undefined;
  #trustedHeader: TrustedHeader | undefined;
  #publicUrl: string | undefined;
  #place: SignInPlace | { readonly problem: string } = { problem: signInProblem.noKeys };
  #perKey: RateLimiter | undefined;
  #perAddress: RateLimiter | undefined;
  /** Whether nothing has to be checked. */
  #isOpen = true;

  /**
   * @param handOver gets admitted requests
   * @param signedOut gets the access of each sign-in that ends before its time
   */
  constructor(
    daemon: AccessControlDaemon,
    clock: Clock,
    routes: Pick<RouteTable, 'isProbe' | 'isPublic'>,
    handOver: (exchange: Exchange) => void,
    signedOut: (access: Access) => void = () => undefined,
  ) {
    this.#daemon = daemon;
    this.#clock = clock;
    this.#routes = routes;
    this.#handOver = handOver;
    this.#signedOut = signedOut;
  }

  /**
   * Applies from now on. Requests admitted before stay admitted.
   *
   * @returns whether keys, user tokens or the place of sign-ins have changed
   */
  configure({
    auth,
    public_url,
    trusted_proxies,
    limits: { rate_per_key, rate_per_address },
  }: AccessControlOptions): boolean {
    const rates = (rate: number | null | undefined): RateLimiter | undefined =>
      typeof rate === 'number' ? new RateLimiter(this.#clock, rate) : undefined;
    const publicUrl = auth === undefined ? undefined : (public_url ?? undefined);
    const isChanged = auth !== this.#auth || publicUrl !== this.#publicUrl;
    if (isChanged) {
      this.#auth = auth;
      this.#publicUrl = publicUrl;
      this.#authenticator =
        auth === undefined ? undefined : new Authenticator(auth, this.#clock, this.#daemon.users.ids);
    }
    this.#configureSignIns(isChanged);
    this.addresses.configure(trusted_proxies);
    this.#perKey = rates(rate_per_key);
    this.#perAddress = rates(rate_per_address);
    this.#isOpen = this.#authenticator === undefined && this.#perAddress === undefined;
    return isChanged;
  }

  /** Sign-ins whose key is gone end, those of the last run too. */
  #configureSignIns(isChanged: boolean): void {
    const { signIns } = this.#daemon;
    const authenticator = this.#authenticator;
    if (isChanged) {
      const rule = this.#auth?.trusted_header;
      this.#trustedHeader = rule && new TrustedHeader(rule, this.#publicUrl, this.#clock);
      const place =
        authenticator === undefined ? { problem: signInProblem.noKeys } : signInPlaceOf(this.#publicUrl);
      this.#place = place;
      this.#browsers =
        authenticator === undefined || 'problem' in place
          ? undefined
          : new BrowserCallers(place, (who) => this.#credentialOf(who), { signIns, clock: this.#clock });
    }
    signIns.rule(
      ({ who }) => this.#credentialOf(who) !== undefined,
      (signIn) => {
        const access = this.#browsers?.accessOf(signIn);
        if (access !== undefined) this.#signedOut(access);
      },
    );
  }

  /** What somebody who has signed in may do now; undefined if the key or the groups are gone. */
  #credentialOf(who: SignedIn): Credential | undefined {
    if (who.kind === 'key') return this.#authenticator?.keyOf(who);
    const access = this.accessOf(who);
    return access && { access, expires: undefined, whenExpired: ENDED };
  }

  /** What a person may do who has signed in at the provider; undefined for nothing, and for a key. */
  accessOf(who: SignedIn): Access | undefined {
    const openid = this.#auth?.openid;
    if (who.kind !== 'person' || openid === undefined || who.issuer !== openid.issuer) return undefined;
    return accessOfPerson(who, openid.scopes, undefined);
  }

  /** Where browsers sign in, or why they cannot. */
  get signInPlace(): SignInPlace | { readonly problem: string } {
    return this.#place;
  }

  /** The sign-in by which a caller was identified; undefined for all others. */
  signInOf(access: Access): SignIn | undefined {
    return this.#browsers?.signInOf(access);
  }

  /** Whether callers need a key or a token. */
  get needsCredential(): boolean {
    return this.#authenticator !== undefined;
  }

  /** Identifies the sender of a key or token. Call it only if callers need one. */
  authenticate(token: string): Credential | Denied | Promise<Credential | Denied> {
    const found = this.#authenticator?.authenticate(token) ?? UNNECESSARY;
    if (found instanceof Promise) return found.then((verified) => this.#counted(verified));
    return this.#counted(found);
  }

  /** Who may ping by slug with a key; undefined if it is no ping key. */
  ofPingKey(key: string): Access | undefined {
    if (this.#authenticator === undefined) return ANYBODY;
    const found = this.authenticate(key);
    // A token takes time to verify, and is no key.
    if (found instanceof Promise || found instanceof Denied || !found.access.may('ping')) return undefined;
    return found.access;
  }

  #counted(found: Credential | Denied): Credential | Denied {
    if (found instanceof Denied) this.unauthorized += 1;
    return found;
  }

  /** Whether a request has headers that only a trusted proxy may send, or one of them twice. */
  isForged(request: IncomingMessage): boolean {
    return this.#trustedHeader?.isForged(request) === true;
  }

  /** Counts a request that is not admitted here. @returns 0, or the seconds until its address may send one */
  waitOfAddress(request: IncomingMessage): number {
    const address = this.addresses.of(request);
    const seconds = address === undefined ? 0 : (this.#perAddress?.take(sourceOf(address)) ?? 0);
    if (seconds > 0) this.rateLimited += 1;
    return seconds;
  }

  /** Counts a request of a caller that is not admitted here. @returns whether it comes too soon */
  exceedsKeyRate({ name }: Access): boolean {
    const isTooSoon = this.#authenticator !== undefined && (this.#perKey?.take(name) ?? 0) > 0;
    if (isTooSoon) this.rateLimited += 1;
    return isTooSoon;
  }

  /** Call it in the turn in which the request was read. */
  admit(exchange: Exchange): void {
    if (!this.#isOpen) {
      this.#look(exchange);
      return;
    }
    exchange.access = ANYBODY;
    this.#handOver(exchange);
  }

  #look(exchange: Exchange): void {
    const { request } = exchange;
    const { url, headers } = request;
    const authenticator = this.#authenticator;
    if (this.#trustedHeader?.isForged(request) === true) {
      this.unauthorized += 1;
      exchange.refuse('HEARTBEAT_MALFORMED_REQUEST', {
        message: signInProblem.forged,
        hangUp: !isBodiless(headers),
      });
      return;
    }
    if (this.#routes.isProbe(url)) {
      exchange.access = authenticator === undefined ? ANYBODY : NOBODY;
      this.#handOver(exchange);
      return;
    }
    if (this.#perAddress !== undefined) {
      const address = this.addresses.of(request);
      if (address !== undefined && this.#isTooSoon(exchange, this.#perAddress, sourceOf(address))) return;
    }
    // Pings, signed links and badges have their credential in their address.
    if (authenticator === undefined || isPing(url) || isLink(url) || isBadge(url)) {
      exchange.access = authenticator === undefined ? ANYBODY : NOBODY;
      this.#handOver(exchange);
      return;
    }
    const who = this.#ofBrowser(exchange) ?? authenticator.identify(headers.authorization);
    if (who instanceof Promise) this.#enterLater(exchange, who);
    else this.#enter(exchange, who);
  }

  /** Whose browser has signed in, here or at the proxy. A key that is sent counts instead. */
  #ofBrowser(exchange: Exchange): Access | Denied | undefined {
    const { request } = exchange;
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) return undefined;
    const named = this.#trustedHeader?.identify(request);
    const who = named ?? (cookie === undefined ? undefined : this.#browsers?.identify(request));
    if (who instanceof Access) exchange.keepPrivate();
    return who;
  }

  /** The user healed by this request must not expire while its token is verified. See decision 21. */
  #enterLater(exchange: Exchange, who: Promise<Access | Denied>): void {
    const resume = this.#daemon.defer();
    const enter = (found: Access | Denied): void => {
      try {
        this.#enter(exchange, found);
      } catch (error) {
        exchange.fail(error);
      }
    };
    who.then(
      (found) => resume(() => enter(found)),
      (error: unknown) => resume(() => exchange.fail(error)),
    );
  }

  #enter(exchange: Exchange, who: Access | Denied): void {
    if (who instanceof Denied) {
      const { method, url } = exchange.request;
      // Another page must not sign anybody out.
      const isForeign = who.code === 'HEARTBEAT_FORBIDDEN' && method !== 'GET' && method !== 'HEAD';
      if (isForeign || !this.#routes.isPublic(method, url)) {
        this.#refuse(exchange, who);
        return;
      }
      exchange.access = NOBODY;
      this.#handOver(exchange);
      return;
    }
    if (this.#isTooSoon(exchange, this.#perKey, who.name)) return;
    exchange.access = who;
    this.#handOver(exchange);
  }

  #refuse(exchange: Exchange, { message, code }: Denied): void {
    const { headers } = exchange.request;
    this.unauthorized += 1;
    const invalid = headers.authorization === undefined ? '' : ', error="invalid_token"';
    const challenge = ['www-authenticate', `Bearer realm="heartbeat"${invalid}`];
    exchange.refuse(code, {
      message,
      headers: code === 'HEARTBEAT_UNAUTHORIZED' ? challenge : [],
      // Further data of an unauthenticated client is not read.
      hangUp: !isBodiless(headers),
    });
  }

  #isTooSoon(exchange: Exchange, rates: RateLimiter | undefined, who: string): boolean {
    const seconds = rates?.take(who) ?? 0;
    if (seconds === 0) return false;
    this.rateLimited += 1;
    exchange.refuse('HEARTBEAT_RATE_LIMITED', {
      retryAfter: Math.ceil(seconds),
      hangUp: !isBodiless(exchange.request.headers),
    });
    return true;
  }
}
