import type { Seconds } from '../../../domain/time.js';
import type { Dispatcher } from 'undici';
import { retryAfterOf } from '../../../domain/retry-after.js';
import { NotifyError, type Attempt } from '../../../ports/channel.js';
import { shortened } from '../alert-text.js';
import { Redaction } from '../redaction.js';
import type { ChannelTools, Prepared } from '../kind.js';
import type { Secret } from '../secret.js';
import { beginningOf, discardBody } from './body.js';
import { outgoing } from './outgoing.js';
import { ConnectError, reasonOf } from './reason.js';
import { authorizationOf } from './url.js';

/** The most characters of a refusal that are shown. */
const SHOWN = 200;
const READ_AT_MOST = 16 * 1024;
const TOO_LARGE = 413;

/** What a refusal says beyond its status. */
export interface Refusal {
  readonly permanent?: boolean;
  /** In seconds. */
  readonly retryAfter?: Seconds | undefined;
  /** In words, where the answer itself has none. */
  readonly meaning?: string;
}

/** Reads a refusal. @param body its JSON, undefined if it has none */
export type Understood = (
  body: unknown,
  answer: {
    readonly status: number;
    readonly header: (name: string) => string | undefined;
    /** Counts from 1. */
    readonly attempt: number;
  },
) => Refusal;

/** Where a request goes, if not to the URL itself by `POST`. */
export interface Target {
  readonly method?: 'POST' | 'PUT';
  /** Appended to the path of the URL. */
  readonly path?: string;
  /** Added to the query of the URL. */
  readonly query?: Readonly<Record<string, string>>;
}

interface PosterOptions {
  readonly understood?: Understood | undefined;
  /** The answers that mean that it was accepted; by default 2xx. */
  readonly accepts?: (status: number) => boolean;
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

type PosterTools = Pick<ChannelTools, 'policy' | 'names' | 'guard' | 'clock' | 'ca' | 'proxies' | 'outlet'>;

/** Posts to one URL, or to what is below it. Redirects are not followed: the receiver could send the request anywhere. */
export class Poster implements Prepared {
  readonly #url: URL;
  readonly #redaction: Redaction;
  readonly #authorization: string | undefined;
  readonly #tools: PosterTools;
  readonly #understood: Understood;
  readonly #accepts: (status: number) => boolean;
  #dispatcher: Promise<Dispatcher> | undefined;

  /** @param secrets redacted from answers */
  constructor(
    url: Secret,
    secrets: readonly (Secret | undefined)[],
    tools: PosterTools,
    { understood = () => ({}), accepts = isSuccess }: PosterOptions = {},
  ) {
    this.#tools = tools;
    this.#understood = understood;
    this.#accepts = accepts;
    const parsed = new URL(url.reveal());
    this.#authorization = authorizationOf(parsed);
    parsed.username = '';
    parsed.password = '';
    this.#url = parsed;
    this.#redaction = new Redaction([url, ...secrets]);
  }

  async prepare(): Promise<void> {
    await this.#outgoing();
  }

  /** @throws NotifyError unless it was accepted */
  async post(
    body: string,
    headers: Readonly<Record<string, string>>,
    { signal, attempt }: Attempt,
    target: Target = {},
  ): Promise<void> {
    const { outlet } = this.#tools;
    if (outlet !== undefined) {
      outlet(body);
      return;
    }
    const dispatcher = await this.#outgoing();
    const answer = await dispatcher
      .request({
        origin: this.#url.origin,
        path: this.#pathTo(target),
        method: target.method ?? 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'heartbeat',
          ...(this.#authorization !== undefined && { authorization: this.#authorization }),
          ...headers,
        },
        body,
        signal,
      })
      .catch((error: unknown) => {
        throw new NotifyError(`cannot reach ${this.#url.origin}: ${this.#clean(reasonOf(error))}`, {
          cause: error instanceof ConnectError ? error : undefined,
        });
      });
    // If it was accepted, the rest of the answer does not matter.
    if (this.#accepts(answer.statusCode)) discardBody(answer.body, this.#tools.clock);
    else throw await this.#refusal(answer, attempt);
  }

  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => undefined);
    await dispatcher?.destroy();
  }

  #pathTo({ path, query }: Target): string {
    if (path === undefined && query === undefined) return `${this.#url.pathname}${this.#url.search}`;
    const url = new URL(this.#url);
    if (path !== undefined) url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    return `${url.pathname}${url.search}`;
  }

  #outgoing(): Promise<Dispatcher> {
    const { policy } = this.#tools;
    this.#dispatcher ??= outgoing(this.#tools, {
      connections: policy.concurrency,
      timeout: policy.attemptTimeout,
    });
    return this.#dispatcher;
  }

  async #refusal(answer: Dispatcher.ResponseData, attempt: number): Promise<NotifyError> {
    const { clock } = this.#tools;
    const { statusCode, body } = answer;
    const said = await beginningOf(body, READ_AT_MOST, clock);
    const { permanent, retryAfter, meaning } = this.#understood(jsonIn(said), {
      status: statusCode,
      header: (name) => header(answer, name),
      attempt,
    });
    const asked = retryAfterOf(header(answer, 'retry-after'), header(answer, 'date'), clock.wall());
    const words = meaning === undefined ? this.#shown(said) : `: ${meaning}`;
    return new NotifyError(`answered ${statusCode}${this.#leadingTo(answer)}${words}`, {
      permanent:
        permanent ?? (statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429),
      retryAfter: retryAfter ?? asked,
      tooLarge: statusCode === TOO_LARGE,
    });
  }

  /** Where a redirect leads, which may be the URL to configure; secrets are left out. */
  #leadingTo(answer: Dispatcher.ResponseData): string {
    const location = header(answer, 'location');
    const isRedirect = answer.statusCode >= 300 && answer.statusCode < 400;
    if (!isRedirect || location === undefined || !URL.canParse(location, this.#url.href)) return '';
    const { origin, pathname, search } = new URL(location, this.#url);
    const where = `${origin === 'null' ? '' : origin}${pathname}${search === '' ? '' : '?…'}`;
    return `, to ${shortened(this.#clean(where), SHOWN)}, and redirects are not followed`;
  }

  #shown(said: string): string {
    const shown = this.#clean(said).replaceAll(/\s+/g, ' ').trim();
    return shown === '' ? '' : `: ${shortened(shown, SHOWN)}`;
  }

  #clean(text: string): string {
    return this.#redaction.conceal(text);
  }
}

/** @returns undefined if it is not JSON */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function header({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
