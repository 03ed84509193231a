import type { Dispatcher } from 'undici';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { MetricFamily } from '../../ports/metrics.js';
import { SsrfGuard } from '../channels/http/ssrf-guard.js';
import { discardBody } from '../channels/http/body.js';
import { DnsResolver } from '../channels/http/dns-resolver.js';
import { outgoing } from '../channels/http/outgoing.js';
import type { Proxies } from '../channels/http/proxies.js';
import { reasonOf } from '../channels/http/reason.js';
import { authorizationOf } from '../channels/http/url.js';
import type { Secret } from '../channels/secret.js';

/** The longest wait for an answer, however long the interval is. */
const LONGEST: Millis = 10_000;

export interface PingOptions {
  /** The URL to ping. Whoever knows it can ping in our place, so it is a secret. */
  readonly url: Secret;
  /** The interval of pings. */
  readonly every: Millis;
}

export interface PingDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Checked before each ping: a daemon that is not ready sends none, so that the other side notices. */
  readonly isReady: () => boolean;
  /** Undefined: a direct connection. */
  readonly proxies?: Proxies | undefined;
}

/**
 * Pings another service regularly while the daemon is ready, so that the service alerts when pings stop (a dead man's
 * switch). Redirects are not followed, and names resolve as they do for channels.
 */
export class Pinger {
  readonly #options: PingOptions;
  readonly #deps: PingDeps;
  readonly #timeout: Millis;
  readonly #counts = { delivered: 0, failed: 0 };
  #dispatcher: Promise<Dispatcher> | undefined;
  #cancel: Cancel | undefined;
  #underWay: AbortController | undefined;
  #failing = false;

  constructor(options: PingOptions, deps: PingDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#timeout = Math.min(options.every, LONGEST);
  }

  /** The first ping is sent at once. */
  start(): void {
    this.#cancel = this.#deps.clock.after(this.#options.every, () => this.start());
    if (this.#deps.isReady()) void this.#ping();
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    const attempt = this.#underWay;
    this.#underWay = undefined;
    attempt?.abort();
    const dispatcher = await this.#dispatcher?.catch(() => undefined);
    await dispatcher?.destroy();
  }

  metrics(): readonly MetricFamily[] {
    const { delivered, failed } = this.#counts;
    return [
      {
        name: 'heartbeat_pings_total',
        help: 'Outgoing pings, by outcome.',
        type: 'counter',
        samples: [
          { labels: { outcome: 'delivered' }, value: delivered },
          { labels: { outcome: 'failed' }, value: failed },
        ],
      },
    ];
  }

  async #ping(): Promise<void> {
    const { clock } = this.#deps;
    const attempt = new AbortController();
    this.#underWay = attempt;
    const cancel = clock.after(this.#timeout, () => attempt.abort());
    const problem = await this.#problem(attempt.signal);
    cancel();
    // A stop aborts it, which is not a failure.
    if (this.#underWay === attempt) this.#settle(problem);
  }

  /** @returns why it was refused */
  async #problem(signal: AbortSignal): Promise<string | undefined> {
    try {
      const url = new URL(this.#options.url.reveal());
      const authorization = authorizationOf(url);
      const dispatcher = await this.#outgoing();
      const { statusCode, body } = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'GET',
        headers: { 'user-agent': 'heartbeat', ...(authorization !== undefined && { authorization }) },
        signal,
      });
      discardBody(body, this.#deps.clock);
      return statusCode >= 200 && statusCode < 300 ? undefined : `answered ${statusCode}`;
    } catch (error) {
      return reasonOf(error);
    }
  }

  #outgoing(): Promise<Dispatcher> {
    this.#dispatcher ??= outgoing(
      {
        names: new DnsResolver({ timeout: this.#timeout }),
        guard: new SsrfGuard([]),
        proxies: this.#deps.proxies,
      },
      { connections: 1, timeout: this.#timeout },
    );
    return this.#dispatcher;
  }

  #settle(problem: string | undefined): void {
    const { logger } = this.#deps;
    if (problem === undefined) {
      this.#counts.delivered++;
      if (this.#failing) logger.info('pings are delivered again');
    } else {
      this.#counts.failed++;
      if (!this.#failing) logger.warn('ping not delivered', { reason: problem });
    }
    this.#failing = problem !== undefined;
  }
}
