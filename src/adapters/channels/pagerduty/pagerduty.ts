import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { DeliveredParts } from '../delivered-parts.js';
import { eventsOf, type PagerDutyEvent } from './events.js';

const API = 'https://events.pagerduty.com/v2/enqueue';
const KEY = /^[A-Za-z0-9]{32}$/;

/** Events API v2. https://developer.pagerduty.com/docs/events-api-v2-overview */
class PagerDutyNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #key: Secret;
  readonly #atOnce: number;
  readonly #deliveredParts = new DeliveredParts();

  constructor({ routing_key, url }: Secrets, tools: ChannelTools) {
    super();
    if (routing_key === undefined) throw new TypeError('PagerDuty without a routing key');
    this.#key = routing_key;
    this.#atOnce = tools.policy.concurrency;
    this.poster = new Poster(url ?? new Secret(API), [routing_key], tools);
  }

  override async notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const taken = this.#deliveredParts.of(alert.id);
    const left = eventsOf(alert).filter(({ dedup_key }) => !taken.has(dedup_key));
    for (let from = 0; from < left.length; from += this.#atOnce) {
      const events = left.slice(from, from + this.#atOnce);
      const outcomes = await Promise.allSettled(events.map((event) => this.#send(event, attempt)));
      const isTaken = (_event: unknown, index: number): boolean => outcomes[index]?.status === 'fulfilled';
      this.#deliveredParts.add(
        alert.id,
        events.filter(isTaken).map(({ dedup_key }) => dedup_key),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }
    this.#deliveredParts.forget(alert.id);
  }

  #send(event: PagerDutyEvent, attempt: Attempt): Promise<void> {
    return this.poster.post(JSON.stringify({ routing_key: this.#key.reveal(), ...event }), {}, attempt);
  }
}

export const pagerduty: ChannelKind = {
  settings: z.strictObject({}),
  secrets: [
    {
      name: 'routing_key',
      required: true,
      inline: false,
      check: (text) => (KEY.test(text) ? undefined : 'must be an integration key of 32 letters and digits'),
    },
    { name: 'url', required: false, inline: true, check: httpUrl, shown: originOf },
  ],
  receiver: ['url', 'routing_key'],
  unfit: {
    events: ['node.inactive'],
    because: 'nobody is told of an inactive node that comes back, so its incident would stay open',
  },
  encrypts: true,
  create: (_own, secrets, tools) => new PagerDutyNotifier(secrets, tools),
};
