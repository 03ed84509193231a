import * as z from 'zod';
import { NotifyError, type AlertMessage, type Attempt } from '../../../ports/channel.js';
import { DeliveredParts } from '../delivered-parts.js';
import { FORM, formBody } from '../http/form.js';
import { headerCredential } from '../http/credential.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { withLogin } from '../http/url-login.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { smsText } from './text.js';

const API = 'https://api.twilio.com';
const NUMBER = /^\+[1-9]\d{6,14}$/;

const TO = 'must be a number such as +4915112345678, or a list of them, each once';
const FROM = 'must be a number such as +4915112345678, or a name of 1 to 11 letters, digits and spaces';
const SENDER = 'must be set, or messaging_service, and not both';
const ACCOUNT = 'must be "AC" and 32 digits in base 16';
const API_KEY = 'must be "SK" and 32 digits in base 16';
const SERVICE = 'must be "MG" and 32 digits in base 16';
const SEGMENTS = 'must be a whole number between 1 and 10';

const number = z.string({ error: TO }).regex(NUMBER, { error: TO });
const settings = z
  .strictObject({
    account: z.string({ error: ACCOUNT }).regex(/^AC[0-9a-f]{32}$/, { error: ACCOUNT }),
    api_key: z
      .string({ error: API_KEY })
      .regex(/^SK[0-9a-f]{32}$/, { error: API_KEY })
      .optional(),
    from: z
      .string({ error: FROM })
      .regex(/^(?:\+[1-9]\d{2,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/, { error: FROM })
      .optional(),
    messaging_service: z
      .string({ error: SERVICE })
      .regex(/^MG[0-9a-f]{32}$/, { error: SERVICE })
      .optional(),
    to: z.union(
      [
        z
          .array(number)
          .min(1, { error: TO })
          .refine((all) => new Set(all).size === all.length, { error: TO }),
        number.transform((one) => [one]),
      ],
      { error: TO },
    ),
    max_segments: z
      .int({ error: SEGMENTS })
      .min(1, { error: SEGMENTS })
      .max(10, { error: SEGMENTS })
      .default(3),
  })
  .refine(({ from, messaging_service }) => (from === undefined) !== (messaging_service === undefined), {
    path: ['from'],
    error: SENDER,
  });

type Own = z.output<typeof settings>;

/** SMS through Twilio. https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
class TwilioNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #own: Own;
  readonly #tools: ChannelTools;
  /** The recipients that have the message, since each has a request of its own. */
  readonly #deliveredParts = new DeliveredParts();

  constructor(own: Own, { token, url }: Secrets, tools: ChannelTools) {
    super();
    if (token === undefined) throw new TypeError('Twilio without a token');
    this.#own = own;
    this.#tools = tools;
    const api = new URL(url?.reveal() ?? API);
    api.pathname = `${api.pathname.replace(/\/+$/, '')}/2010-04-01/Accounts/${own.account}/Messages.json`;
    const target = withLogin(api.href, own.api_key ?? own.account, token);
    this.poster = new Poster(target, [token], tools);
  }

  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const body = smsText(alert, this.#own.max_segments);
    const taken = this.#deliveredParts.of(alert.id);
    const refusals: { readonly to: string; readonly error: NotifyError }[] = [];
    const left = this.#own.to.filter((to) => !taken.has(to));
    const atOnce = this.#tools.policy.concurrency;
    for (let from = 0; from < left.length; from += atOnce) {
      await Promise.all(
        left.slice(from, from + atOnce).map(async (to) => {
          try {
            await this.poster.post(this.#form(to, body), FORM, attempt);
            this.#deliveredParts.add(alert.id, [to]);
          } catch (error) {
            if (!(error instanceof NotifyError)) throw error;
            refusals.push({ to, error });
          }
        }),
      );
    }
    this.#settle(alert.id, refusals);
  }

  #form(to: string, body: string): string {
    const { from, messaging_service } = this.#own;
    return formBody({
      To: to,
      Body: body,
      ...(from !== undefined && { From: from }),
      ...(messaging_service !== undefined && { MessagingServiceSid: messaging_service }),
    });
  }

  /** One wrong number does not keep the others from having the message, but it is known. */
  #settle(alert: string, refusals: readonly { readonly to: string; readonly error: NotifyError }[]): void {
    const again = refusals.filter(({ error }) => !error.permanent);
    const nobody = this.#deliveredParts.of(alert).size === 0;
    const said = (all: typeof refusals): string =>
      all.map(({ to, error }) => `${to}: ${error.message}`).join('; ');
    if (again.length > 0) {
      const waits = again.flatMap(({ error }) => error.retryAfter ?? []);
      throw new NotifyError(`not taken for ${said(again)}`, {
        ...(waits.length > 0 && { retryAfter: Math.max(...waits) }),
      });
    }
    this.#deliveredParts.forget(alert);
    if (refusals.length === 0) return;
    if (nobody) throw new NotifyError(`not taken for ${said(refusals)}`, { permanent: true });
    for (const { to, error } of refusals) {
      this.#tools.logger.error('SMS refused for one of its numbers', {
        channel: this.#tools.policy.name,
        alert,
        to,
        error: error.message,
      });
    }
  }
}

export const twilio: ChannelKind<Own> = {
  settings,
  secrets: [
    { name: 'token', required: true, inline: false, check: headerCredential },
    { name: 'url', required: false, inline: true, check: httpUrl, shown: originOf },
  ],
  receiver: ['url', 'account', 'to'],
  encrypts: true,
  create: (own, secrets, tools) => new TwilioNotifier(own, secrets, tools),
};
