import * as z from 'zod';
import {
  BaseNotifier,
  NotifyError,
  type AlertMessage,
  type Attempt,
  type UserEventsMessage,
  type UserEventsNotifier,
} from '../../../ports/channel.js';
import { Redaction } from '../redaction.js';
import { needs } from '../../optional-package.js';
import { DnsError } from '../http/dns-resolver.js';
import { guardedLookup } from '../http/guarded-lookup.js';
import { reasonOfCertificate } from '../http/reason.js';
import { isUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Prepared, Secrets } from '../kind.js';
import type { Secret } from '../secret.js';
import { userEventsText } from '../user-events.js';

const settings = z.strictObject({
  channel: z
    .string({ error: 'must be the name of a Redis channel' })
    .min(1, { error: 'must be the name of a Redis channel' }),
});

/** The most milliseconds between attempts to reconnect. */
const RECONNECT = 5_000;

type Client = Awaited<ReturnType<typeof clientFor>>;

/**
 * Publishes alerts, or events of users, as JSON to a Redis channel. The connection is kept, and made again when it
 * breaks.
 */
class RedisNotifier extends BaseNotifier implements UserEventsNotifier, Prepared {
  readonly #channel: string;
  readonly #url: Secret;
  readonly #redaction: Redaction;
  readonly #tools: ChannelTools;
  #client: Promise<Client> | undefined;
  #lastError = 'it does not answer';

  constructor({ channel }: z.output<typeof settings>, { url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('a Redis without a URL');
    this.#channel = channel;
    this.#url = url;
    this.#redaction = new Redaction([url]);
    this.#tools = tools;
  }

  async prepare(): Promise<void> {
    await loadClient();
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    return this.#publish(JSON.stringify(alert), attempt);
  }

  notifyOfUsers(message: UserEventsMessage, attempt: Attempt): Promise<void> {
    return this.#publish(userEventsText(message), attempt);
  }

  async #publish(text: string, { signal }: Attempt): Promise<void> {
    const { outlet } = this.#tools;
    if (outlet !== undefined) {
      outlet(text);
      return;
    }
    const client = await this.#ready(signal);
    try {
      await client.withAbortSignal(signal).publish(this.#channel, text);
    } catch (error) {
      throw new NotifyError(this.#clean(error));
    }
  }

  override async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    (await client)?.destroy();
  }

  async #ready(signal: AbortSignal): Promise<Client> {
    const client = await (this.#client ??= this.#connect());
    if (client.isReady) return client;
    const settled = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        const refuse = (): void => {
          reject(new NotifyError(`cannot connect: ${this.#lastError}`));
        };
        const once = (event: 'ready' | 'error', then: () => void): void => {
          client.on(event, then);
          settled.signal.addEventListener('abort', () => client.off(event, then));
        };
        once('ready', resolve);
        once('error', refuse);
        signal.addEventListener('abort', refuse, { signal: settled.signal });
      });
      return client;
    } finally {
      settled.abort();
    }
  }

  async #connect(): Promise<Client> {
    const client = await clientFor(this.#url, this.#tools);
    client.on('error', (error: unknown) => {
      this.#lastError = this.#clean(error);
    });
    // The client retries by itself; callers that wait get each failure.
    client.connect().catch((error: unknown) => {
      this.#lastError = this.#clean(error);
    });
    return client;
  }

  #clean(error: unknown): string {
    if (error instanceof DnsError) return error.message;
    if (error instanceof AggregateError && error.errors.length > 0) return this.#clean(error.errors[0]);
    const untrusted = error instanceof Error && 'code' in error ? reasonOfCertificate(error.code) : undefined;
    if (untrusted !== undefined) return untrusted;
    return this.#redaction.conceal(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Loaded when it is configured: it takes more memory than all of the daemon's own code. The package `redis` would bring
 * four more packages, for commands that nobody calls here.
 */
function loadClient() {
  return import('@redis/client').catch(needs('@redis/client'));
}

async function clientFor(url: Secret, { names, guard, policy, ca }: ChannelTools) {
  const { createClient } = await loadClient();
  return createClient({
    url: url.reveal(),
    // The outbox retries what cannot be sent now; a queue would send it twice.
    disableOfflineQueue: true,
    // With these, it would look its name up with `getaddrinfo`.
    maintNotifications: 'disabled',
    socket: {
      ...(ca !== undefined && url.reveal().startsWith('rediss:') && { tls: true, ca }),
      connectTimeout: policy.attemptTimeout,
      lookup: guardedLookup(names, guard),
      reconnectStrategy: (retries) => Math.min(100 * 2 ** Math.min(retries, 10), RECONNECT),
    },
  });
}

export const redis: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: [
    {
      name: 'url',
      required: true,
      inline: true,
      check: (text) => (isUrl(text, ['redis:', 'rediss:']) ? undefined : 'must be a redis or rediss URL'),
      shown: originOf,
    },
  ],
  receiver: ['url', 'channel'],
  encrypts: true,
  create: (own, secrets, tools) => new RedisNotifier(own, secrets, tools),
  createForUsers: (own, secrets, tools) => new RedisNotifier(own, secrets, tools),
};
