import * as z from 'zod';
import type { Logger } from '../../../ports/logger.js';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster, type Refusal } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { telegramText } from './text.js';

const API = 'https://api.telegram.org';
const TOKEN = /^\d+:[\w-]{20,}$/;

const chat = 'must be the number of a chat, or the @name of a channel';
const settings = z.strictObject({
  chat_id: z.union([z.int(), z.string().regex(/^(?:@\w{4,}|-?\d+)$/, { error: chat })], { error: chat }),
  thread_id: z.int({ error: 'must be the number of a topic' }).positive().optional(),
});

/** A bot of Telegram. https://core.telegram.org/bots/api#sendmessage */
class TelegramNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #thread: number | undefined;
  readonly #logger: Logger;
  readonly #channel: string;
  #chat: number | string;

  constructor(own: z.output<typeof settings>, { token, url }: Secrets, tools: ChannelTools) {
    super();
    if (token === undefined) throw new TypeError('a bot without a token');
    this.#chat = own.chat_id;
    this.#thread = own.thread_id;
    this.#logger = tools.logger;
    this.#channel = tools.policy.name;
    const api = (url?.reveal() ?? API).replace(/\/+$/, '');
    const target = new Secret(`${api}/bot${token.reveal()}/sendMessage`);
    this.poster = new Poster(target, [token], tools, { understood: (body) => this.#refusalIn(body) });
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const body = {
      chat_id: this.#chat,
      ...(this.#thread !== undefined && { message_thread_id: this.#thread }),
      text: telegramText(alert),
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      // Good news makes no sound.
      disable_notification: alert.type === 'node.recovered' || alert.type === 'node.deleted',
    };
    return this.poster.post(JSON.stringify(body), {}, attempt);
  }

  #refusalIn(body: unknown): Refusal {
    const { retry_after, migrate_to_chat_id } = said.safeParse(body).data?.parameters ?? {};
    if (migrate_to_chat_id === undefined) return { retryAfter: retry_after };
    // A group that became a supergroup: the next attempt uses its new number.
    this.#logger.warn('chat has a new id: set it as chat_id', {
      channel: this.#channel,
      chat_id: this.#chat,
      new_chat_id: migrate_to_chat_id,
    });
    this.#chat = migrate_to_chat_id;
    return { permanent: false };
  }
}

const said = z.object({
  parameters: z.object({
    retry_after: z.number().nonnegative().optional(),
    migrate_to_chat_id: z.int().optional(),
  }),
});

export const telegram: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: [
    {
      name: 'token',
      required: true,
      inline: false,
      check: (text) => (TOKEN.test(text) ? undefined : 'must be a token as @BotFather gives it'),
    },
    { name: 'url', required: false, inline: true, check: httpUrl, shown: originOf },
  ],
  receiver: ['url', 'chat_id', 'thread_id'],
  encrypts: true,
  create: (own, secrets, tools) => new TelegramNotifier(own, secrets, tools),
};
