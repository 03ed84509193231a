import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Logger } from '../../../ports/logger.js';
import { BaseNotifier, NotifyError, type AlertMessage, type Attempt } from '../../../ports/channel.js';
import { isUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Prepared, Secrets } from '../kind.js';
import { DeliveredParts } from '../delivered-parts.js';
import { letterOf } from './letter.js';
import { Smtp } from './smtp.js';

const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;
/** `Heartbeat <heartbeat@example.org>` */
const NAMED = /^([^<>"\r\n]*)<([^<>]*)>$/;

const address = z.string({ error: 'must be an address' }).regex(ADDRESS, { error: 'must be an address' });
const recipients = 'must be an address, or a list of addresses';
const settings = z.strictObject({
  from: z.string({ error: 'must be an address' }).refine((text) => ADDRESS.test(sender(text).address), {
    error: 'must be an address, with a name before it if you like: Heartbeat <heartbeat@example.org>',
  }),
  to: z.union([z.array(address).min(1, { error: recipients }), address.transform((one) => [one])], {
    error: recipients,
  }),
  starttls: z
    .enum(['required', 'offered', 'never'], { error: 'must be one of required, offered, never' })
    .optional(),
});

type Own = z.output<typeof settings>;

/** Mail, through one SMTP server. */
class EmailNotifier extends BaseNotifier implements Prepared {
  readonly #own: Own;
  readonly #smtp: Smtp;
  readonly #logger: Logger;
  readonly #channel: string;
  readonly #outlet: ChannelTools['outlet'];
  /** The recipients that have the mail: a server may accept it for some, and ask to retry others. */
  readonly #deliveredParts = new DeliveredParts();

  constructor(own: Own, { url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('mail without a server');
    this.#own = own;
    this.#smtp = new Smtp(url, own.starttls, tools);
    this.#logger = tools.logger;
    this.#channel = tools.policy.name;
    this.#outlet = tools.outlet;
  }

  prepare(): Promise<void> {
    return this.#smtp.prepare();
  }

  override async notify(alert: AlertMessage, { signal }: Attempt): Promise<void> {
    const from = sender(this.#own.from);
    const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
    const taken = this.#deliveredParts.of(alert.id);
    const left = this.#own.to.filter((each) => !taken.has(each));
    const mail = {
      from,
      to: [...this.#own.to],
      envelope: { from: from.address, to: left },
      ...letterOf(alert),
      // The same in every attempt, so that repeats can be dropped.
      messageId: `<${alert.id}@${domain}>`,
      // Keeps automatic replies away (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...(alert.node !== undefined && { references: `<${thread(alert.node.name)}@${domain}>` }),
    };
    if (this.#outlet !== undefined) {
      this.#outlet(mail);
      return;
    }
    const { accepted, rejectedErrors = [] } = await this.#smtp.send(mail, signal);
    const refused = rejectedErrors.map((error) => ({ to: error.recipient, ...this.#refusalOf(error) }));
    this.#deliveredParts.add(alert.id, accepted.map(String));
    const again = refused.filter(({ permanent }) => !permanent);
    if (again.length > 0) {
      const reasons = again.map(({ to, message }) => `${to ?? 'somebody'}: ${message}`);
      throw new NotifyError(`not taken for ${reasons.join('; ')}`);
    }
    this.#deliveredParts.forget(alert.id);
    // Others have it, so it counts as delivered; but these recipients never get it.
    for (const { to, message } of refused) {
      this.#logger.error('mail refused for one of its addresses', {
        channel: this.#channel,
        alert: alert.id,
        to,
        error: message,
      });
    }
  }

  override close(): Promise<void> {
    this.#smtp.close();
    return Promise.resolve();
  }

  #refusalOf(error: unknown): Pick<NotifyError, 'message' | 'permanent'> {
    const { message, permanent } = this.#smtp.refusal(error);
    return { message, permanent };
  }
}

function sender(text: string): { readonly name: string; readonly address: string } {
  const [, name = '', inBrackets] = NAMED.exec(text.trim()) ?? [];
  return { name: name.trim(), address: (inBrackets ?? text).trim() };
}

/** The header by which mail programs group all mails of one node. */
function thread(node: string): string {
  return `node-${createHash('sha256').update(node).digest('hex').slice(0, 32)}`;
}

export const email: ChannelKind<Own> = {
  settings,
  secrets: [
    {
      name: 'url',
      required: true,
      inline: true,
      check: (text) => (isUrl(text, ['smtp:', 'smtps:']) ? undefined : 'must be an smtp or smtps URL'),
      shown: originOf,
    },
  ],
  receiver: ['url', 'to'],
  encrypts: true,
  create: (own, secrets, tools) => new EmailNotifier(own, secrets, tools),
};
