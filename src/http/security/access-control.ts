import { ANYBODY, NOBODY, type Access } from '../../domain/access.js';
import type { Clock } from '../../ports/clock.js';
import type { Daemon, UsersApi } from '../../app/api.js';
import { RateLimiter, sourceOf } from './rate-limit.js';
import { isBadge } from '../badges/badge-target.js';
import { isLink } from '../links/link-target.js';
import { isPing } from '../pings/ping-target.js';
import type { Exchange } from '../server/exchange.js';
import { isBodiless } from '../server/request-head.js';
import type { GatewayOptions } from '../gateway-options.js';
import type { RouteTable } from '../route-table.js';
import { Authenticator } from './authenticator.js';
import { Denied, type Credential } from './credentials.js';

const UNNECESSARY = new Denied('no key is configured');

type AccessControlOptions = Pick<GatewayOptions, 'auth'> & {
  readonly limits: Pick<GatewayOptions['limits'], 'rate_per_key' | 'rate_per_address'>;
};

/** Authenticates requests, authorizes them, and applies rate limits. */
export class AccessControl {
  unauthorized = 0;
  rateLimited = 0;
  readonly #daemon: Pick<Daemon, 'defer'> & { readonly users: Pick<UsersApi, 'ids'> };
  readonly #clock: Clock;
  readonly #routes: Pick<RouteTable, 'isProbe' | 'isPublic'>;
  readonly #handOver: (exchange: Exchange) => void;
  /** Each is undefined if it is not configured. */
  #auth: AccessControlOptions['auth'];
  #authenticator: Authenticator | undefined;
  #perKey: RateLimiter | undefined;
  #perAddress: RateLimiter | undefined;
  /** Whether nothing has to be checked. */
  #isOpen = true;

  /** @param handOver gets admitted requests */
  constructor(
    daemon: Pick<Daemon, 'defer'> & { readonly users: Pick<UsersApi, 'ids'> },
    clock: Clock,
    routes: Pick<RouteTable, 'isProbe' | 'isPublic'>,
    handOver: (exchange: Exchange) => void,
  ) {
    this.#daemon = daemon;
    this.#clock = clock;
    this.#routes = routes;
    this.#handOver = handOver;
  }

  /**
   * Applies from now on. Requests admitted before stay admitted.
   *
   * @returns whether keys or user tokens have changed
   */
  configure({ auth, limits: { rate_per_key, rate_per_address } }: AccessControlOptions): boolean {
    const rates = (rate: number | null | undefined): RateLimiter | undefined =>
      typeof rate === 'number' ? new RateLimiter(this.#clock, rate) : undefined;
    const isChanged = auth !== this.#auth;
    if (isChanged) {
      this.#auth = auth;
      this.#authenticator =
        auth === undefined ? undefined : new Authenticator(auth, this.#clock, this.#daemon.users.ids);
    }
    this.#perKey = rates(rate_per_key);
    this.#perAddress = rates(rate_per_address);
    this.#isOpen = this.#authenticator === undefined && this.#perAddress === undefined;
    return isChanged;
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

  /** Counts a request that is not admitted here. @returns 0, or the seconds until its address may send one */
  waitOfAddress(address: string | undefined): number {
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
    const { url, headers, socket } = exchange.request;
    const authenticator = this.#authenticator;
    if (this.#routes.isProbe(url)) {
      exchange.access = authenticator === undefined ? ANYBODY : NOBODY;
      this.#handOver(exchange);
      return;
    }
    const { remoteAddress } = socket;
    const isTooSoon =
      remoteAddress !== undefined && this.#isTooSoon(exchange, this.#perAddress, sourceOf(remoteAddress));
    if (isTooSoon) return;
    // Pings, signed links and badges have their credential in their address.
    if (authenticator === undefined || isPing(url) || isLink(url) || isBadge(url)) {
      exchange.access = authenticator === undefined ? ANYBODY : NOBODY;
      this.#handOver(exchange);
      return;
    }
    const who = authenticator.identify(headers.authorization);
    if (who instanceof Promise) this.#enterLater(exchange, who);
    else this.#enter(exchange, who);
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
      if (!this.#routes.isPublic(method, url)) {
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

  #refuse(exchange: Exchange, { message }: Denied): void {
    const { headers } = exchange.request;
    this.unauthorized += 1;
    const invalid = headers.authorization === undefined ? '' : ', error="invalid_token"';
    exchange.refuse('HEARTBEAT_UNAUTHORIZED', {
      message,
      headers: ['www-authenticate', `Bearer realm="heartbeat"${invalid}`],
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
