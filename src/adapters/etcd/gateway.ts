import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Millis } from '../../domain/time.js';
import type { Secret } from '../channels/secret.js';

/** How long a watch without a change goes on: one whose connection was cut unnoticed is made again after that. */
const SILENCE: Millis = 10_000;
/** A connection that takes longer is to a server that does not answer. */
const CONNECT: Millis = 1_000;

const failure = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });
/** Answers of streams, and only those, are in a `result`. */
const streamed = z.object({ result: z.unknown() });

/** How etcd is reached by HTTPS. */
export interface EtcdTls {
  /** Authorities that may sign its certificates, in PEM. Undefined: those that Node knows. */
  readonly ca: string | undefined;
  /** What this process shows, both in PEM. */
  readonly client: { readonly certificate: string; readonly key: Secret } | undefined;
}

/** etcd has answered that it cannot do what was asked. */
class EtcdError extends Error {
  override readonly name = 'EtcdError';
}

/**
 * Calls etcd's API version 3 by its HTTP gateway, which every member has: each call is a POST with a JSON body to one of
 * the endpoints. After a failure the next endpoint is asked.
 */
export class Gateway {
  readonly #endpoints: readonly string[];
  readonly #agent: Dispatcher;
  #current = 0;

  private constructor(endpoints: readonly string[], agent: Dispatcher) {
    this.#endpoints = endpoints;
    this.#agent = agent;
  }

  /** @param endpoints URLs of the members, without a path */
  static async open(endpoints: readonly string[], { ca, client }: EtcdTls): Promise<Gateway> {
    const { Agent } = await import('undici');
    const identity = client && { cert: client.certificate, key: client.key.reveal() };
    const connect = { timeout: CONNECT, ...(ca !== undefined && { ca }), ...identity };
    return new Gateway(endpoints, new Agent({ connect, bodyTimeout: SILENCE }));
  }

  /**
   * @param path such as `kv/range`
   * @throws Error if the service does not answer, or with an error
   */
  async call<Answer>(
    path: string,
    body: object,
    schema: z.ZodType<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const asked = this.#current;
    try {
      const response = await this.#post(asked, path, body, signal);
      const answer: unknown = await response.body.json();
      const failed = failure.safeParse(answer);
      if (failed.success) throw new EtcdError(messageOf(failed.data));
      const inStream = streamed.safeParse(answer);
      return schema.parse(inStream.success ? inStream.data.result : answer);
    } catch (error) {
      // Calls that fail together change the endpoint once.
      if (this.#current === asked) this.#current++;
      throw error;
    }
  }

  /**
   * Follows a stream of one endpoint until it ends.
   *
   * @param attempt counts up, so that each one asks another endpoint
   * @param received called for whatever arrives
   */
  async follow(
    attempt: number,
    path: string,
    body: object,
    received: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#post(attempt, path, body, signal);
    for await (const _chunk of response.body) received();
  }

  #post(place: number, path: string, body: object, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const origin = this.#endpoints[place % this.#endpoints.length] ?? '';
    return this.#agent.request({
      origin,
      path: `/v3/${path}`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function messageOf({ error }: z.infer<typeof failure>): string {
  return typeof error === 'string' ? error : error.message;
}
