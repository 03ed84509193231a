import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster, type Refusal } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { discordBody } from './embed.js';

/** Discord's webhooks. https://discord.com/developers/docs/resources/webhook#execute-webhook */
class DiscordNotifier extends PostingNotifier {
  protected readonly poster: Poster;

  constructor({ url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('a Discord webhook without a URL');
    this.poster = new Poster(confirmed(url), [url], tools, refusalIn);
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    return this.poster.post(JSON.stringify(discordBody(alert)), {}, attempt);
  }
}

/** Without `wait`, Discord does not report a message that it could not save. */
function confirmed(url: Secret): Secret {
  const parsed = new URL(url.reveal());
  parsed.searchParams.set('wait', 'true');
  return new Secret(parsed.href);
}

const limited = z.object({ retry_after: z.number().nonnegative() });

function refusalIn(body: unknown): Refusal {
  const { data } = limited.safeParse(body);
  return { retryAfter: data?.retry_after };
}

export const discord: ChannelKind = {
  settings: z.strictObject({}),
  secrets: [{ name: 'url', required: true, inline: true, check: httpUrl, shown: originOf }],
  encrypts: true,
  create: (_own, secrets, tools) => new DiscordNotifier(secrets, tools),
};
