import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { bytes, linksOf } from '../alert-text.js';
import { headerCredential } from '../http/credential.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import type { Secret } from '../secret.js';
import { isUrgent, textParts } from '../text-parts.js';

/** Bytes. Gotify has no limit; more is not read on a phone. */
const LONGEST_TITLE = 1_000;
const LONGEST_MESSAGE = 8_000;

/** Above 7 the app rings and shows a banner; from 4 it rings. https://gotify.net/docs/msgextras */
const HIGH = 8;
const NORMAL = 5;

/** An application of Gotify. https://gotify.net/api-docs (createMessage) */
class GotifyNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #token: Secret;

  constructor({ url, token }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined || token === undefined) throw new TypeError('Gotify without a server or a token');
    this.#token = token;
    this.poster = new Poster(url, [token], tools);
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const headers = { 'x-gotify-key': this.#token.reveal() };
    return this.poster.post(JSON.stringify(gotifyMessage(alert)), headers, attempt, { path: '/message' });
  }
}

/** The notification, in plain text. */
export function gotifyMessage(alert: AlertMessage): object {
  const [node, ...others] = linksOf(alert);
  const { sentence, nodes, details, links } = textParts(alert, {
    sentence: LONGEST_TITLE,
    rest: LONGEST_MESSAGE,
    size: bytes,
    links: others,
  });
  return {
    title: sentence,
    message: [...nodes, ...details, ...links].join('\n'),
    priority: isUrgent(alert) ? HIGH : NORMAL,
    extras: {
      'client::display': { contentType: 'text/plain' },
      // A tap on the notification shows the node.
      ...(node !== undefined && { 'client::notification': { click: { url: node.url } } }),
    },
  };
}

export const gotify: ChannelKind = {
  settings: z.strictObject({}),
  secrets: [
    { name: 'url', required: true, inline: true, check: httpUrl, shown: originOf },
    { name: 'token', required: true, inline: false, check: headerCredential },
  ],
  receiver: ['url', 'token'],
  encrypts: true,
  create: (_own, secrets, tools) => new GotifyNotifier(secrets, tools),
};
