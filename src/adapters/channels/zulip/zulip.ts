import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { headerCredential } from '../http/credential.js';
import { FORM, formBody } from '../http/form.js';
import { Poster, type Refusal } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { withLogin } from '../http/url-login.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { zulipMessage } from './message.js';

const EMAIL = "must be the bot's email address";
const CHANNEL = 'must be the name of a channel, or its number';
const TOPIC = 'must be a text of 1 to 60 characters';
const settings = z.strictObject({
  email: z.string({ error: EMAIL }).regex(/^[^\s@:]+@[^\s@:]+$/, { error: EMAIL }),
  channel: z.union([z.string().min(1).max(60), z.int().positive({ error: CHANNEL })], { error: CHANNEL }),
  topic: z
    .string({ error: TOPIC })
    .regex(/^[^\p{Cc}\p{Cs}\p{Cn}]{1,60}$/u, { error: TOPIC })
    .optional(),
});

type Own = z.output<typeof settings>;

/** A channel of Zulip, in which a bot writes. https://zulip.com/api/send-message */
class ZulipNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #own: Own;

  constructor(own: Own, { url, key }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined || key === undefined) throw new TypeError('Zulip without a server or a key');
    this.#own = own;
    this.poster = new Poster(withLogin(url.reveal(), own.email, key), [key], tools, {
      understood: refusalIn,
    });
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { channel, topic } = this.#own;
    // All versions know a channel by its older name. In JSON a name of digits is no number.
    const body = formBody({ type: 'stream', to: JSON.stringify(channel), ...zulipMessage(alert, topic) });
    return this.poster.post(body, FORM, attempt, { path: '/api/v1/messages' });
  }
}

const limited = z.object({ 'retry-after': z.number().nonnegative() });

function refusalIn(body: unknown): Refusal {
  const { data } = limited.safeParse(body);
  return { retryAfter: data?.['retry-after'] };
}

export const zulip: ChannelKind<Own> = {
  settings,
  secrets: [
    { name: 'url', required: true, inline: true, check: httpUrl, shown: originOf },
    { name: 'key', required: true, inline: false, check: headerCredential },
  ],
  receiver: ['url', 'channel', 'topic'],
  encrypts: true,
  create: (own, secrets, tools) => new ZulipNotifier(own, secrets, tools),
};
