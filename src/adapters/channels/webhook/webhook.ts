import * as z from 'zod';
import { unixSeconds } from '../../../domain/time.js';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { sendInParts, type Part } from '../http/parts.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { DeliveredParts } from '../delivered-parts.js';
import { signatureOf } from './signature.js';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that the protocol or this channel sets. */
const OURS =
  /^(?:host|content-(?:length|type)|transfer-encoding|connection|webhook-(?:id|timestamp|signature))$/i;

const MAX_NODES = 'must be a whole number between 1 and 1000000';

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
  max_nodes: z
    .int({ error: MAX_NODES })
    .min(1, { error: MAX_NODES })
    .max(1_000_000, { error: MAX_NODES })
    .default(500),
});

/** Posts JSON to a URL, with the headers of Standard Webhooks. */
class WebhookNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secret: Secret | undefined;
  readonly #clock: ChannelTools['clock'];
  readonly #maxNodes: number;
  readonly #deliveredParts = new DeliveredParts();

  constructor(
    { headers, max_nodes }: z.output<typeof settings>,
    { url, secret }: Secrets,
    tools: ChannelTools,
  ) {
    super();
    if (url === undefined) throw new TypeError('a webhook without a URL');
    this.#headers = headers;
    this.#secret = secret;
    this.poster = new Poster(url, [secret, ...valuesOf(headers)], tools);
    this.#clock = tools.clock;
    this.#maxNodes = max_nodes;
  }

  /** A group of very many nodes goes out in parts, so that no receiver refuses it for its size. See decision 86. */
  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { nodes } = alert;
    if (nodes === undefined) return this.#post(alert, attempt);
    const taken = this.#deliveredParts.of(alert.id);
    await sendInParts(nodes.length, this.#maxNodes, async (part) => {
      const message = partOf(alert, nodes, part);
      if (taken.has(message.id)) return;
      await this.#post(message, attempt);
      this.#deliveredParts.add(alert.id, [message.id]);
    });
    this.#deliveredParts.forget(alert.id);
  }

  async #post(alert: AlertMessage, attempt: Attempt): Promise<void> {
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

/**
 * Says which part it is, and has an id of its own so that repeats can be dropped. Each alert that the group replaces is
 * in one part.
 */
function partOf(alert: AlertMessage, nodes: NonNullable<AlertMessage['nodes']>, part: Part): AlertMessage {
  const { from, to } = part;
  const of = nodes.length;
  if (to - from === of) return alert;
  const { alert_ids: ids = [] } = alert;
  const at = (index: number): number => Math.floor((index / of) * ids.length);
  return {
    ...alert,
    id: `${alert.id}.${from}-${to}`,
    nodes: nodes.slice(from, to),
    ...(ids.length > 0 && { alert_ids: ids.slice(at(from), at(to)) }),
    part: { from, to, of },
  };
}

/** A header may be a secret. A shorter value is not, and may be part of any word. */
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
      check: (text) => (text.length >= 16 ? undefined : 'must have at least 16 characters'),
    },
  ],
  hidden: ['headers'],
  encrypts: true,
  create: (own, secrets, tools) => new WebhookNotifier(own, secrets, tools),
};
