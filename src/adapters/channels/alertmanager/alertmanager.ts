import * as z from 'zod';
import { toMillis, unixSeconds, type Millis } from '../../../domain/time.js';
import {
  BaseNotifier,
  type AlertMessage,
  type Attempt,
  type Resending,
  type OpenFailure,
} from '../../../ports/channel.js';
import type { Cancel } from '../../../ports/clock.js';
import { Poster } from '../http/poster.js';
import { sendInParts } from '../http/parts.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Prepared, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { iso, failureOf, alertsIn, type PostedAlert } from './alerts.js';
import { FiringAlerts } from './firing-alerts.js';

/** The most alerts in one request. */
const AT_ONCE = 500;
/** Changes within this time go out together. */
const GATHER: Millis = 100;

const label = z.string({ error: 'must be a text' });
const period = 'must be a number of seconds between';
const settings = z.strictObject({
  labels: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, { error: 'must be the name of a label' }), label, {
      error: 'must hold labels by their names',
    })
    .default({}),
  resend_every: z
    .number({ error: `${period} 1 and 86400` })
    .min(1)
    .max(86_400)
    .default(60),
  expire_after: z
    .number({ error: `${period} 60 and 31536000` })
    .min(60)
    .max(31_536_000)
    .default(30 * 86_400),
});

/**
 * Alertmanager, API v2. It keeps firing alerts in memory and drops those that are not repeated, so this sends all
 * firing alerts again and again. https://prometheus.io/docs/alerting/latest/alerts_api/
 */
class AlertmanagerNotifier extends BaseNotifier implements Resending, Prepared {
  readonly #own: z.output<typeof settings>;
  readonly #poster: Poster;
  readonly #tools: ChannelTools;
  readonly #url: Secret;
  #firing = new FiringAlerts();
  /** One request at a time: an older one must not arrive after the one that resolves it. */
  #turns: { last: Promise<unknown> } = { last: Promise.resolve() };
  #resend: Cancel | undefined;
  #closed = false;
  /** The notifier that repeats what this one is still notified of. */
  #successor: AlertmanagerNotifier | undefined;

  constructor(own: z.output<typeof settings>, { url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('an Alertmanager without a URL');
    this.#own = own;
    this.#tools = tools;
    this.#url = url;
    this.#poster = new Poster(endpoint(url), [url], tools);
  }

  prepare(): Promise<void> {
    return this.#poster.prepare();
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { clock } = this.#tools;
    return this.#inTurn(async () => {
      const sent = alertsIn(alert, this.#own.labels, this.#firingUntil());
      const wall = this.#wall();
      const superseded = sent.flatMap((each) => this.#firing.supersededBy(each, wall));
      await this.#post([...sent.map((each) => each.alert), ...superseded], attempt);
      for (const each of sent) this.#firing.sent(each, clock.now(), wall);
      this.#schedule();
    });
  }

  resend(failures: readonly OpenFailure[]): boolean {
    const now = this.#tools.clock.now();
    const [until, wall] = [this.#firingUntil(), this.#wall()];
    const isNews = failures.filter((each) =>
      this.#firing.stillFailed(failureOf(each, this.#own.labels, until), now, wall),
    );
    if (isNews.length > 0) this.#schedule(GATHER);
    return true;
  }

  gone(node: string): void {
    if (this.#firing.gone(node, this.#tools.clock.now(), this.#wall())) this.#schedule(GATHER);
  }

  stopResending(): void {
    this.#firing = new FiringAlerts();
    this.#resend?.();
    this.#resend = undefined;
  }

  /** Another Alertmanager knows nothing of these alerts. */
  succeed(before: object): void {
    if (!(before instanceof AlertmanagerNotifier)) return;
    before.#retire();
    if (before.#url.reveal() !== this.#url.reveal()) return;
    this.#firing = before.#firing;
    this.#turns = before.#turns;
    before.#successor = this;
    this.#schedule();
  }

  override async close(): Promise<void> {
    this.#retire();
    await this.#poster.close();
  }

  #retire(): void {
    this.#closed = true;
    this.#resend?.();
  }

  #wall(): string {
    return iso(unixSeconds(this.#tools.clock.wall()));
  }

  #firingUntil(): number {
    return unixSeconds(this.#tools.clock.wall()) + this.#own.expire_after;
  }

  #inTurn(send: () => Promise<void>): Promise<void> {
    const turn = this.#turns.last.then(send);
    this.#turns.last = turn.catch(() => undefined);
    return turn;
  }

  async #post(alerts: readonly PostedAlert[], attempt: Attempt): Promise<void> {
    // A proxy in front may accept less than Alertmanager itself.
    await sendInParts(alerts.length, AT_ONCE, ({ from, to }) =>
      this.#poster.post(JSON.stringify(alerts.slice(from, to)), {}, attempt),
    );
  }

  /** @param soon for what must not wait for the next time */
  #schedule(soon?: Millis): void {
    if (this.#successor !== undefined) this.#successor.#schedule(soon);
    if (this.#closed || this.#firing.isEmpty || (this.#resend !== undefined && soon === undefined)) return;
    this.#resend?.();
    this.#resend = this.#tools.clock.after(soon ?? toMillis(this.#own.resend_every), () => {
      this.#resend = undefined;
      void this.#sendAgain();
    });
  }

  async #sendAgain(): Promise<void> {
    const { clock, policy, logger } = this.#tools;
    const controller = new AbortController();
    const cancel = clock.after(policy.attemptTimeout, () => {
      controller.abort();
    });
    try {
      await this.#inTurn(() =>
        this.#post(this.#firing.all(clock.now(), iso(this.#firingUntil())), {
          signal: controller.signal,
          attempt: 1,
        }),
      );
    } catch (error) {
      // The next time will do: the outbox retries the first notification.
      logger.debug('firing alerts could not be resent', {
        channel: policy.name,
        error: error instanceof Error ? error.message : String(error),
      });
    } finally {
      cancel();
      this.#schedule();
    }
  }
}

function endpoint(url: Secret): Secret {
  const parsed = new URL(url.reveal());
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
  return new Secret(parsed.href);
}

export const alertmanager: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: [{ name: 'url', required: true, inline: true, check: httpUrl, shown: originOf }],
  receiver: ['url'],
  unfit: {
    events: ['node.inactive'],
    because: 'nobody is told of an inactive node that comes back, so its alert would go on',
  },
  encrypts: true,
  create: (own, secrets, tools) => new AlertmanagerNotifier(own, secrets, tools),
};
