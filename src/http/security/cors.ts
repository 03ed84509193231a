import type { Exchange } from '../server/exchange.js';

const ANY = '*';
/** Seconds until browsers ask again. */
const MAX_AGE = '7200';

/** CORS: allows pages of other origins to call the API, if configured. */
export class Cors {
  readonly #origins: ReadonlySet<string>;
  readonly #own: string | undefined;

  /**
   * @param origins as browsers write them, `https://app.example.org`; `*` for all
   * @param publicUrl where people reach the daemon, if that is known
   */
  constructor(origins: readonly string[], publicUrl?: string | null) {
    this.#origins = new Set(origins);
    this.#own = typeof publicUrl === 'string' ? new URL(publicUrl).origin : undefined;
  }

  /** Whether it is that of the daemon's own pages, whatever `Host` a proxy passes on. */
  isOwn(origin: string | undefined): boolean {
    return origin !== undefined && origin === this.#own;
  }

  allows(origin: string | undefined): boolean {
    return origin !== undefined && (this.#origins.has(ANY) || this.#origins.has(origin));
  }

  /**
   * Sets the headers that allow the page to read the answer.
   *
   * @returns whether the request was a preflight, which is answered
   */
  greet(exchange: Exchange): boolean {
    if (this.#origins.size === 0) return false;
    const { request, response } = exchange;
    const { origin } = request.headers;
    if (origin === undefined) return false;
    response.setHeader('vary', 'origin');
    if (!this.allows(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after, x-request-id, www-authenticate');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      return false;
    }
    response.setHeader('access-control-allow-methods', 'GET, HEAD, PUT, POST, DELETE');
    response.setHeader(
      'access-control-allow-headers',
      'authorization, content-type, if-match, last-event-id, x-request-id',
    );
    response.setHeader('access-control-max-age', MAX_AGE);
    exchange.answer(204, [], '');
    return true;
  }
}
