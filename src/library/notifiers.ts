import type { ChannelKind, ChannelTools, Prepared, Secrets } from '../adapters/channels/kind.js';
import { PERMIT_ALL } from '../adapters/channels/http/ssrf-guard.js';
import { DnsResolver } from '../adapters/channels/http/dns-resolver.js';
import { channelKinds } from '../adapters/channels/registry.js';
import { googlechat } from '../adapters/channels/googlechat/googlechat.js';
import { mattermost } from '../adapters/channels/mattermost/mattermost.js';
import { mqtt } from '../adapters/channels/mqtt/mqtt.js';
import { redis } from '../adapters/channels/redis/redis.js';
import { rocketchat } from '../adapters/channels/rocketchat/rocketchat.js';
import { Secret } from '../adapters/channels/secret.js';
import { slack } from '../adapters/channels/slack/slack.js';
import type { AlertMessage, Attempt, BaseNotifier as AnyNotifier } from '../ports/channel.js';
import { systemClock } from './clock.js';
import { messageOf, BaseNotifier, type AlertNotification } from './notification.js';
import { identify } from './notifier-identity.js';

const quiet = (): void => undefined;
const silence = { error: quiet, warn: quiet, info: quiet, debug: quiet };

/** The tools of a notifier that no instance has taken. */
const ALONE: ChannelTools = {
  policy: {
    name: 'notifier',
    kind: 'notifier',
    events: [],
    concurrency: 4,
    attemptTimeout: 10_000,
    retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
  },
  logger: silence,
  clock: systemClock,
  guard: PERMIT_ALL,
  names: new DnsResolver({ timeout: 3_000 }),
};

/** A kind of channel that the daemon has too. May be extended, and used alone. */
export class BuiltInNotifier extends BaseNotifier implements Prepared {
  readonly #create: (tools: ChannelTools) => AnyNotifier & Partial<Prepared>;
  /** As a configuration file has it. */
  readonly #asChannel: () => object;
  #inner: (AnyNotifier & Partial<Prepared>) | undefined;
  #tools: ChannelTools | undefined;

  /** @throws TypeError if the settings or secrets are not what the kind needs */
  constructor(kind: ChannelKind, settings: object, given: Readonly<Record<string, string>>) {
    super();
    const parsed = kind.settings.safeParse(settings);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new TypeError(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
    }
    const secrets: Record<string, Secret> = {};
    for (const { name, check } of kind.secrets) {
      const text: unknown = given[name];
      const problem = typeof text === 'string' ? check?.(text) : 'must be a text';
      // A secret is not shown, whatever is wrong with it.
      if (problem !== undefined) throw new TypeError(`the ${name} ${problem}`);
      if (typeof text === 'string') secrets[name] = new Secret(text);
    }
    identify(this, settings, given);
    const name = Object.entries<ChannelKind>(channelKinds).find(([, each]) => each === kind)?.[0];
    this.#asChannel = () => ({ kind: name, ...settings, ...given });
    const made: Secrets = secrets;
    // The programmer wrote the URL, which is permission enough for whatever its name resolves to.
    this.#create = (tools) => kind.create(parsed.data, made, { ...tools, guard: PERMIT_ALL });
  }

  /** Its kind and settings, secrets included, as a configuration file has them. */
  asChannel(): object {
    return this.#asChannel();
  }

  /**
   * An instance takes it, and its policy applies from now on.
   *
   * @throws TypeError if another instance has it
   */
  join(tools: ChannelTools): void {
    if (this.#tools !== undefined)
      throw new TypeError('a notifier can belong to one instance only: create another one');
    this.#tools = tools;
    this.#inner = undefined;
  }

  /** Loads what it needs: an instance calls this before there is anything to deliver. */
  async prepare(): Promise<void> {
    await this.#made().prepare?.();
  }

  /** @param alert in the form of a program, or of a module of the daemon */
  override notify(alert: AlertNotification | AlertMessage, attempt: Attempt): Promise<void> {
    return this.#made().notify('at_ms' in alert ? alert : messageOf(alert), attempt);
  }

  #made(): AnyNotifier & Partial<Prepared> {
    this.#inner ??= this.#create(this.#tools ?? ALONE);
    return this.#inner;
  }

  override async close(): Promise<void> {
    const inner = this.#inner;
    this.#inner = undefined;
    this.#tools = undefined;
    await inner?.close();
  }
}

/** Sends to Slack, or to anything that accepts its incoming webhooks. */
export class SlackNotifier extends BuiltInNotifier {
  /** @param url of the incoming webhook: a secret, never shown */
  constructor(url: string) {
    super(slack, {}, { url });
  }
}

/** Sends to Mattermost. */
export class MattermostNotifier extends BuiltInNotifier {
  /** @param url of the incoming webhook: a secret, never shown */
  constructor(url: string) {
    super(mattermost, {}, { url });
  }
}

/** Sends to Rocket.Chat. */
export class RocketChatNotifier extends BuiltInNotifier {
  /** @param url of the incoming webhook: a secret, never shown */
  constructor(url: string) {
    super(rocketchat, {}, { url });
  }
}

/** Sends to a space of Google Chat. */
export class GoogleChatNotifier extends BuiltInNotifier {
  /** @param url of the incoming webhook, with its `key` and `token`: a secret, never shown */
  constructor(url: string) {
    super(googlechat, {}, { url });
  }
}

/** Publishes JSON to an MQTT topic. */
export class MqttNotifier extends BuiltInNotifier {
  /**
   * @param url such as `mqtts://broker.example.org`, with user and password if needed
   * @param topic to publish to
   */
  constructor(url: string, topic: string) {
    super(mqtt, { topic }, { url });
  }
}

/** Publishes JSON to a Redis channel. */
export class RedisNotifier extends BuiltInNotifier {
  /**
   * @param url such as `redis://localhost:6379`, with user and password if needed
   * @param channel to publish to
   */
  constructor(url: string, channel: string) {
    super(redis, { channel }, { url });
  }
}
