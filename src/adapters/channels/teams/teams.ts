import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { teamsBody } from './card.js';

/** A Microsoft Teams workflow with a webhook trigger. It accepts adaptive cards, not message cards. */
class TeamsNotifier extends PostingNotifier {
  protected readonly poster: Poster;

  constructor({ url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('a workflow of Teams without a URL');
    this.poster = new Poster(url, [], tools);
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    return this.poster.post(JSON.stringify(teamsBody(alert)), {}, attempt);
  }
}

export const teams: ChannelKind = {
  settings: z.strictObject({}),
  secrets: [{ name: 'url', required: true, inline: true, check: httpUrl, shown: originOf }],
  encrypts: true,
  create: (_own, secrets, tools) => new TeamsNotifier(secrets, tools),
};
