import * as z from 'zod';
import { isEnd } from '../../../domain/alert.js';
import { unixSeconds } from '../../../domain/time.js';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster, type Refusal, type Understood } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { DeliveredParts } from '../delivered-parts.js';
import { pushoverMessage, tagOf } from './message.js';

const API = 'https://api.pushover.net/1';
const KEY = /^[A-Za-z0-9]{30}$/;
/** The longest wait for more messages in seconds, since more can be bought at any time. */
const LONGEST_WAIT = 3_600;
/** The most nodes of a group whose emergencies are ended; those of others end by themselves. */
const MOST_ENDED = 40;

const RETRY = 'must be a whole number of seconds between 30 and 10800';
const EXPIRE = 'must be a whole number of seconds between 30 and 10800, and not less than retry';
const NAMES = 'must be a name of 1 to 25 letters, digits, "-" and "_", or several with commas';

const settings = z.strictObject({
  device: z
    .string({ error: NAMES })
    .regex(/^[\w-]{1,25}(?:,[\w-]{1,25})*$/, { error: NAMES })
    .optional(),
  sound: z
    .string({ error: 'must be the name of a sound' })
    .regex(/^[\w-]{1,64}$/, { error: 'must be the name of a sound' })
    .optional(),
  emergency: z
    .strictObject(
      {
        retry: z.int({ error: RETRY }).min(30, { error: RETRY }).max(10_800, { error: RETRY }).default(60),
        expire: z
          .int({ error: EXPIRE })
          .min(30, { error: EXPIRE })
          .max(10_800, { error: EXPIRE })
          .default(3_600),
      },
      { error: 'must be a map with retry and expire, which may be empty' },
    )
    .refine(({ retry, expire }) => expire >= retry, { path: ['expire'], error: EXPIRE })
    .optional(),
});

type Own = z.output<typeof settings>;

/** Pushover's Message API. https://pushover.net/api */
class PushoverNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #own: Own;
  readonly #token: Secret;
  readonly #user: Secret;
  readonly #clock: ChannelTools['clock'];
  readonly #deliveredParts = new DeliveredParts();

  constructor(own: Own, { token, user, url }: Secrets, tools: ChannelTools) {
    super();
    if (token === undefined || user === undefined) throw new TypeError('Pushover without its keys');
    this.#own = own;
    this.#token = token;
    this.#user = user;
    this.#clock = tools.clock;
    this.poster = new Poster(url ?? new Secret(API), [token, user], tools, {
      understood: (...refusal) => this.#refusalIn(...refusal),
    });
  }

  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { emergency, device, sound } = this.#own;
    if (emergency !== undefined) await this.#endEmergencies(alert, attempt);
    const body = {
      token: this.#token.reveal(),
      user: this.#user.reveal(),
      ...pushoverMessage(alert, emergency),
      ...(device !== undefined && { device }),
      ...(sound !== undefined && { sound }),
    };
    await this.poster.post(JSON.stringify(body), {}, attempt, { path: '/messages.json' });
    this.#deliveredParts.forget(alert.id);
  }

  /** Pushover stops repeating what nobody has acknowledged. https://pushover.net/api/receipts#cancel */
  async #endEmergencies(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const body = JSON.stringify({ token: this.#token.reveal() });
    for (const tag of endedNodes(alert).slice(0, MOST_ENDED).map(tagOf)) {
      if (this.#deliveredParts.of(alert.id).has(tag)) continue;
      await this.poster.post(body, {}, attempt, { path: `/receipts/cancel_by_tag/${tag}.json` });
      this.#deliveredParts.add(alert.id, [tag]);
    }
  }

  #refusalIn(...[, { status, header }]: Parameters<Understood>): Refusal {
    const reset = Number(header('x-limit-app-reset'));
    const wait = reset - unixSeconds(this.#clock.wall());
    return status === 429 && wait > 0 ? { retryAfter: Math.min(wait, LONGEST_WAIT) } : {};
  }
}

/** The names of the nodes whose failures end with the alert. */
function endedNodes({ type, node, nodes }: AlertMessage): readonly string[] {
  if (nodes !== undefined)
    return nodes
      .filter(({ state }) => state === 'active' || type === 'channel.closed')
      .map(({ name }) => name);
  return node !== undefined && isEnd(type) ? [node.name] : [];
}

function key(text: string): string | undefined {
  return KEY.test(text) ? undefined : 'must be a key of 30 letters and digits';
}

export const pushover: ChannelKind<Own> = {
  settings,
  secrets: [
    { name: 'token', required: true, inline: false, check: key },
    { name: 'user', required: true, inline: false, check: key },
    { name: 'url', required: false, inline: true, check: httpUrl, shown: originOf },
  ],
  receiver: ['url', 'user', 'device'],
  encrypts: true,
  create: (own, secrets, tools) => new PushoverNotifier(own, secrets, tools),
};
