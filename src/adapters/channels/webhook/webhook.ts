import * as z from 'zod';
import type { AlertMessage, Attempt, UserEventsMessage, UserEventsNotifier } from '../../../ports/channel.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { sendInParts, type Part } from '../http/parts.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { DeliveredParts } from '../delivered-parts.js';
import { userEventsText } from '../user-events.js';
import { SignedPoster } from './signed-poster.js';

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

type WebhookSettings = z.output<typeof settings>;

/** Posts alerts, or events of users, as JSON to a URL. */
class WebhookNotifier extends PostingNotifier implements UserEventsNotifier {
  protected readonly poster: SignedPoster;
  readonly #maxNodes: number;
  readonly #deliveredParts = new DeliveredParts();

  constructor({ max_nodes, ...own }: WebhookSettings, secrets: Secrets, tools: ChannelTools) {
    super();
    this.poster = new SignedPoster(own, secrets, tools);
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

  async notifyOfUsers(message: UserEventsMessage, attempt: Attempt): Promise<void> {
    await this.poster.post(message.id, userEventsText(message), attempt);
  }

  async #post(alert: AlertMessage, attempt: Attempt): Promise<void> {
    await this.poster.post(alert.id, JSON.stringify(alert), attempt);
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

export const webhook: ChannelKind<WebhookSettings> = {
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
  receiver: ['url'],
  hidden: ['headers'],
  encrypts: true,
  create: (own, secrets, tools) => new WebhookNotifier(own, secrets, tools),
  createForUsers: (own, secrets, tools) => new WebhookNotifier(own, secrets, tools),
};
