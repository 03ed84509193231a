import * as z from 'zod';
import type { AlertMessage, Attempt, UserEventsMessage, UserEventsNotifier } from '../../../ports/channel.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { maxNodes, MessageParts } from '../message-parts.js';
import { userEventsText } from '../user-events.js';
import { SignedPoster } from './signed-poster.js';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that the protocol or this channel sets. */
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
  max_nodes: maxNodes,
});

type WebhookSettings = z.output<typeof settings>;

/** Posts alerts, or events of users, as JSON to a URL. */
class WebhookNotifier extends PostingNotifier implements UserEventsNotifier {
  protected readonly poster: SignedPoster;
  readonly #parts: MessageParts;

  constructor({ max_nodes, ...own }: WebhookSettings, secrets: Secrets, tools: ChannelTools) {
    super();
    this.poster = new SignedPoster(own, secrets, tools);
    this.#parts = new MessageParts(max_nodes);
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    return this.#parts.send(alert, (message) =>
      this.poster.post(message.id, JSON.stringify(message), attempt),
    );
  }

  async notifyOfUsers(message: UserEventsMessage, attempt: Attempt): Promise<void> {
    await this.poster.post(message.id, userEventsText(message), attempt);
  }
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
