import * as z from 'zod';
import { millis, unixSeconds } from '../../../domain/time.js';
import { BaseNotifier, type AlertMessage, type Attempt } from '../../../ports/channel.js';
import type { Cancel } from '../../../ports/clock.js';
import { Poster } from '../http/poster.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';
import { toldBy, type PostedAlert } from './alerts.js';
import { Standing } from './standing.js';

/** Alerts in one request. */
const AT_ONCE = 500;

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
 * Alertmanager, API v2. It holds what fires in memory, and drops what it does not hear of again: so all that stands is
 * sent again every now and then. https://prometheus.io/docs/alerting/latest/alerts_api/
 */
class AlertmanagerNotifier extends BaseNotifier {
  readonly #own: z.output<typeof settings>;
  readonly #poster: Poster;
  readonly #tools: ChannelTools;
  readonly #standing: Standing;
  /** One request after the other: an older one must not arrive behind the one that resolves it. */
  #last: Promise<unknown> = Promise.resolve();
  #resend: Cancel | undefined;
  #closed = false;

  constructor(own: z.output<typeof settings>, { url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('an Alertmanager without a URL');
    this.#own = own;
    this.#standing = new Standing(millis(own.expire_after));
    this.#tools = tools;
    this.#poster = new Poster(endpoint(url), [url], tools);
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const { clock } = this.#tools;
    return this.#inTurn(async () => {
      const until = unixSeconds(clock.wall()) + this.#own.expire_after;
      const told = toldBy(alert, this.#own.labels, until);
      const superseded = told.flatMap((each) => this.#standing.supersededBy(each));
      await this.#post([...told.map((each) => each.alert), ...superseded], attempt);
      for (const each of told) this.#standing.told(each, clock.now());
      this.#schedule();
    });
  }

  override async close(): Promise<void> {
    this.#closed = true;
    this.#resend?.();
    await this.#poster.close();
  }

  #inTurn(send: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(send);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #post(alerts: readonly PostedAlert[], attempt: Attempt): Promise<void> {
    for (let from = 0; from < alerts.length; from += AT_ONCE) {
      await this.#poster.post(JSON.stringify(alerts.slice(from, from + AT_ONCE)), {}, attempt);
    }
  }

  #schedule(): void {
    if (this.#resend !== undefined || this.#closed || this.#standing.isEmpty) return;
    this.#resend = this.#tools.clock.after(millis(this.#own.resend_every), () => {
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
        this.#post(this.#standing.all(clock.now()), { signal: controller.signal, attempt: 1 }),
      );
    } catch (error) {
      // The next time will do: what is told for the first time is tried again by the outbox.
      logger.debug('alerts that stand could not be sent again', {
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
  unfit: {
    events: ['node.inactive'],
    because: 'nobody is told of an inactive node that comes back, so its alert would go on',
  },
  create: (own, secrets, tools) => new AlertmanagerNotifier(own, secrets, tools),
};
