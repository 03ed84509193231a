import type { Agent, Dispatcher } from 'undici';
import { NotifyError, type Attempt } from '../../../ports/channel.js';
import type { ChannelTools } from '../kind.js';
import { Secret, withoutSecrets } from '../secret.js';
import { guardedLookup, NameError } from './names.js';
import { retryAfterOf } from './retry-after.js';

/** Characters of a refusal that people are shown. */
const SHOWN = 200;
const READ_AT_MOST = 64 * 1024;

/** Posts to one URL. Redirects are not followed: whoever may answer it could send a request anywhere else. */
export class Poster {
  readonly #url: URL;
  readonly #secrets: readonly (Secret | undefined)[];
  readonly #authorization: string | undefined;
  readonly #tools: Pick<ChannelTools, 'policy' | 'names' | 'guard'>;
  #agent: Agent | undefined;

  /** @param secrets what an answer must not bring into a log */
  constructor(
    url: Secret,
    secrets: readonly (Secret | undefined)[],
    tools: Pick<ChannelTools, 'policy' | 'names' | 'guard'>,
  ) {
    this.#tools = tools;
    const parsed = new URL(url.reveal());
    this.#authorization = authorizationOf(parsed);
    const { password } = parsed;
    parsed.username = '';
    parsed.password = '';
    this.#url = parsed;
    this.#secrets = [url, ...(password === '' ? [] : [new Secret(decodeURIComponent(password))]), ...secrets];
  }

  /** @throws NotifyError unless it is answered 2xx */
  async post(body: string, headers: Readonly<Record<string, string>>, { signal }: Attempt): Promise<void> {
    const { policy, names, guard } = this.#tools;
    // Loaded where it is used: a daemon without such a channel does without its memory.
    const { Agent, request } = await import('undici');
    this.#agent ??= new Agent({
      connections: policy.concurrency,
      pipelining: 1,
      connect: { lookup: guardedLookup(names, guard), timeout: policy.attemptTimeout },
      // The attempt has its own deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const answer = await request(this.#url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'heartbeat',
        ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        ...headers,
      },
      body,
      signal,
      dispatcher: this.#agent,
    }).catch((error: unknown) => {
      throw new NotifyError(`cannot reach ${this.#url.origin}: ${this.#clean(reasonOf(error))}`, {
        cause: error instanceof NameError ? error : undefined,
      });
    });
    const { statusCode } = answer;
    if (statusCode >= 200 && statusCode < 300) {
      // It was taken; how its answer ends changes nothing.
      answer.body.dump({ limit: READ_AT_MOST }).catch(() => undefined);
      return;
    }
    throw new NotifyError(`answered ${statusCode}${await this.#said(answer)}`, {
      permanent: statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429,
      retryAfter: retryAfterOf(header(answer, 'retry-after'), header(answer, 'date')),
    });
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #said({ body }: Dispatcher.ResponseData): Promise<string> {
    let text = '';
    try {
      for await (const chunk of body) {
        text += String(chunk);
        if (text.length > SHOWN) break;
      }
    } catch {
      // What there is of it says enough.
    }
    const shown = this.#clean(text).replaceAll(/\s+/g, ' ').trim();
    if (shown === '') return '';
    return `: ${shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown}`;
  }

  #clean(text: string): string {
    return withoutSecrets(text, this.#secrets);
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function header({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_SOCKET: 'the connection was closed before an answer came',
  ABORT_ERR: 'it took too long',
  UND_ERR_ABORTED: 'it took too long',
};

/** Without the URL, which may be a secret: of a system's message only its code. */
export function reasonOf(error: unknown): string {
  if (error instanceof NameError) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error ? String(error.code) : error.name;
  if (error.name === 'AbortError') return REASONS['ABORT_ERR'] ?? code;
  return REASONS[code] ?? (error.cause instanceof Error ? reasonOf(error.cause) : code);
}
