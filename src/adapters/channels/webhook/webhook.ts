import * as z from 'zod';
import { unixSeconds } from '../../../domain/time.js';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { signatureOf } from './signature.js';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What the protocol, and this channel, say themselves. */
const OURS =
  /^(?:host|content-(?:length|type)|transfer-encoding|connection|webhook-(?:id|timestamp|signature))$/i;

const header = z
  .string({ error: 'must be a text' })
  .regex(VALUE, { error: 'must be a text without line breaks' });

const settings = z.strictObject({
  headers: z
    .record(
      z
        .string()
        .regex(NAME, { error: 'must be the name of a header' })
        .refine((name) => !OURS.test(name), { error: 'must be none that this channel sets itself' }),
      header,
      { error: 'must hold headers by their names' },
    )
    .default({}),
});

/** JSON to a URL, with the headers of Standard Webhooks. */
class WebhookNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secret: Secret | undefined;
  readonly #clock: ChannelTools['clock'];

  constructor({ headers }: z.output<typeof settings>, { url, secret }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('a webhook without a URL');
    this.#headers = headers;
    this.#secret = secret;
    this.poster = new Poster(url, [secret, ...valuesOf(headers)], tools);
    this.#clock = tools.clock;
  }

  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const body = JSON.stringify(alert);
    const timestamp = unixSeconds(this.#clock.wall());
    await this.poster.post(
      body,
      {
        ...this.#headers,
        'webhook-id': alert.id,
        'webhook-timestamp': String(timestamp),
        ...(this.#secret !== undefined && {
          'webhook-signature': signatureOf(this.#secret, alert.id, timestamp, body),
        }),
      },
      attempt,
    );
  }
}

/** A header may be a secret. What is shorter than this is none, and may be a part of any word. */
const SHORTEST_SECRET = 8;

function valuesOf(headers: Readonly<Record<string, string>>): Secret[] {
  return Object.values(headers)
    .filter((value) => value.length >= SHORTEST_SECRET)
    .map((value) => new Secret(value));
}

export const webhook: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: [
    { name: 'url', required: true, inline: true, check: httpUrl, shown: originOf },
    {
      name: 'secret',
      required: false,
      inline: false,
      check: (text) => (text.length >= 16 ? undefined : 'must have 16 characters at the least'),
    },
  ],
  hidden: ['headers'],
  encrypts: true,
  create: (own, secrets, tools) => new WebhookNotifier(own, secrets, tools),
};
