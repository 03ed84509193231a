import type { Agent, Dispatcher } from 'undici';
import { retryAfterOf } from '../../../domain/retry-after.js';
import { NotifyError, type Attempt } from '../../../ports/channel.js';
import { Concealment } from '../concealment.js';
import type { ChannelTools } from '../kind.js';
import type { Secret } from '../secret.js';
import { guardedLookup, NameError } from './names.js';
import { reasonOf } from './reason.js';

/** Characters of a refusal that people are shown. */
const SHOWN = 200;
const READ_AT_MOST = 16 * 1024;

/** What the body of a refusal says of it, beyond its status. */
export interface Refusal {
  readonly permanent?: boolean;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

/** Posts to one URL. Redirects are not followed: whoever may answer it could send a request anywhere else. */
export class Poster {
  readonly #url: URL;
  readonly #concealment: Concealment;
  readonly #authorization: string | undefined;
  readonly #tools: Pick<ChannelTools, 'policy' | 'names' | 'guard' | 'clock'>;
  readonly #understood: (body: unknown) => Refusal;
  #agent: Agent | undefined;

  /**
   * @param secrets what an answer must not bring into a log
   * @param understood what the body of a refusal says, given what it is as JSON
   */
  constructor(
    url: Secret,
    secrets: readonly (Secret | undefined)[],
    tools: Pick<ChannelTools, 'policy' | 'names' | 'guard' | 'clock'>,
    understood: (body: unknown) => Refusal = () => ({}),
  ) {
    this.#tools = tools;
    this.#understood = understood;
    const parsed = new URL(url.reveal());
    this.#authorization = authorizationOf(parsed);
    parsed.username = '';
    parsed.password = '';
    this.#url = parsed;
    this.#concealment = new Concealment([url, ...secrets]);
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
    const said = await textOf(answer);
    const { permanent, retryAfter } = this.#understood(jsonIn(said));
    throw new NotifyError(`answered ${statusCode}${this.#shown(said)}`, {
      permanent:
        permanent ?? (statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429),
      retryAfter:
        retryAfter ??
        retryAfterOf(header(answer, 'retry-after'), header(answer, 'date'), this.#tools.clock.wall()),
    });
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  #shown(said: string): string {
    const shown = this.#clean(said).replaceAll(/\s+/g, ' ').trim();
    if (shown === '') return '';
    return `: ${shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown}`;
  }

  #clean(text: string): string {
    return this.#concealment.conceal(text);
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

async function textOf({ body }: Dispatcher.ResponseData): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length > READ_AT_MOST) break;
    }
  } catch {
    // What there is of it says enough.
  }
  return text;
}

/** @returns undefined when it is no JSON */
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
