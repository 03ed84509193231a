import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../ports/channel.js';
import { Poster, type Target, type Understood } from './http/poster.js';
import { PostingNotifier } from './http/posting-notifier.js';
import { httpUrl, originOf } from './http/url.js';
import type { ChannelKind, ChannelTools } from './kind.js';
import type { Secret } from './secret.js';

/** What is posted to an incoming webhook. */
interface IncomingWebhook {
  /** The alert as JSON. */
  readonly body: (alert: AlertMessage) => object;
  /** What is added to the URL. */
  readonly target?: (alert: AlertMessage) => Target;
  readonly understood?: Understood;
}

/** Posts each alert as one JSON message. */
class IncomingWebhookNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #webhook: IncomingWebhook;

  constructor(url: Secret | undefined, webhook: IncomingWebhook, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('an incoming webhook without a URL');
    this.#webhook = webhook;
    this.poster = new Poster(url, [], tools, { understood: webhook.understood });
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { body, target } = this.#webhook;
    return this.poster.post(JSON.stringify(body(alert)), {}, attempt, target?.(alert));
  }
}

/** A kind of channel of which the URL of an incoming webhook is the only setting. Whoever knows the URL may post. */
export function incomingWebhook(webhook: IncomingWebhook): ChannelKind {
  return {
    settings: z.strictObject({}),
    secrets: [{ name: 'url', required: true, inline: true, check: httpUrl, shown: originOf }],
    receiver: ['url'],
    encrypts: true,
    create: (_own, { url }, tools) => new IncomingWebhookNotifier(url, webhook, tools),
  };
}
