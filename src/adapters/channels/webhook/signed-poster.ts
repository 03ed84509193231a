import { unixSeconds } from '../../../domain/time.js';
import type { Attempt } from '../../../ports/channel.js';
import { Poster } from '../http/poster.js';
import type { ChannelTools, Prepared, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { signatureOf } from './signature.js';

/** A header may be a secret. A shorter value is not, and may be part of any word. */
const SHORTEST_SECRET = 8;

/** Posts JSON to a URL, with the headers of Standard Webhooks. */
export class SignedPoster implements Prepared {
  readonly #poster: Poster;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secret: Secret | undefined;
  readonly #clock: ChannelTools['clock'];

  constructor(
    { headers }: { readonly headers: Readonly<Record<string, string>> },
    { url, secret }: Secrets,
    tools: ChannelTools,
  ) {
    if (url === undefined) throw new TypeError('a webhook without a URL');
    this.#headers = headers;
    this.#secret = secret;
    this.#poster = new Poster(url, [secret, ...valuesOf(headers)], tools);
    this.#clock = tools.clock;
  }

  prepare(): Promise<void> {
    return this.#poster.prepare();
  }

  /** @throws NotifyError unless the answer is 2xx */
  async post(id: string, body: string, attempt: Attempt): Promise<void> {
    const timestamp = unixSeconds(this.#clock.wall());
    await this.#poster.post(
      body,
      {
        ...this.#headers,
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        ...(this.#secret !== undefined && {
          'webhook-signature': signatureOf(this.#secret, id, timestamp, body),
        }),
      },
      attempt,
    );
  }

  close(): Promise<void> {
    return this.#poster.close();
  }
}

function valuesOf(headers: Readonly<Record<string, string>>): Secret[] {
  return Object.values(headers)
    .filter((value) => value.length >= SHORTEST_SECRET)
    .map((value) => new Secret(value));
}
