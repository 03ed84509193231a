import { apprise } from '../adapters/channels/apprise/apprise.js';
import { googlechat } from '../adapters/channels/googlechat/googlechat.js';
import { gotify } from '../adapters/channels/gotify/gotify.js';
import { matrix } from '../adapters/channels/matrix/matrix.js';
import { mattermost } from '../adapters/channels/mattermost/mattermost.js';
import { mqtt } from '../adapters/channels/mqtt/mqtt.js';
import { pushover } from '../adapters/channels/pushover/pushover.js';
import { redis } from '../adapters/channels/redis/redis.js';
import { rocketchat } from '../adapters/channels/rocketchat/rocketchat.js';
import { slack } from '../adapters/channels/slack/slack.js';
import { twilio } from '../adapters/channels/twilio/twilio.js';
import { zulip } from '../adapters/channels/zulip/zulip.js';
import { BuiltInNotifier } from './built-in-notifier.js';
import { snakeCased } from './casing.js';

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

/** Sends to an application of Gotify. */
export class GotifyNotifier extends BuiltInNotifier {
  /**
   * @param url of the server
   * @param token of the application: a secret, never shown
   */
  constructor(url: string, token: string) {
    super(gotify, {}, { url, token });
  }
}

export interface PushoverOptions {
  /** The devices that get it, with commas between their names. Default: all. */
  readonly device?: string;
  /** The name of a sound of Pushover. Default: the one that the user chose in the app. */
  readonly sound?: string;
  /** Failures ring until somebody acknowledges them in the app: how often, and for how long at most, in seconds. */
  readonly emergency?: { readonly retry?: number; readonly expire?: number };
  /** Another server than Pushover's own. */
  readonly url?: string;
}

/** Sends to a user or a group of Pushover. */
export class PushoverNotifier extends BuiltInNotifier {
  /**
   * @param token of the application: a secret, never shown
   * @param user the key of the user or group: likewise
   */
  constructor(token: string, user: string, { url, ...options }: PushoverOptions = {}) {
    super(pushover, options, { token, user, url });
  }
}

/** Sends to a room of Matrix. */
export class MatrixNotifier extends BuiltInNotifier {
  /**
   * @param url of the homeserver
   * @param token of the account that writes: a secret, never shown
   * @param room its id, such as `!abc:example.org`
   */
  constructor(url: string, token: string, room: string) {
    super(matrix, { room }, { url, token });
  }
}

export interface ZulipOptions {
  /** Of the bot. */
  readonly email: string;
  /** The channel to write to: its name, or its number. */
  readonly channel: string | number;
  /** Default: the name of the node. */
  readonly topic?: string;
}

/** Sends to a channel of Zulip, as a bot. */
export class ZulipNotifier extends BuiltInNotifier {
  /**
   * @param url of the server
   * @param key of the bot: a secret, never shown
   */
  constructor(url: string, key: string, options: ZulipOptions) {
    super(zulip, options, { url, key });
  }
}

export interface TwilioOptions {
  /** Begins with `AC`. */
  readonly account: string;
  /** Begins with `SK`, if the token is that of an API key. */
  readonly apiKey?: string;
  /** The number, or the name, of the sender. Either this or `messagingService`. */
  readonly from?: string;
  /** Begins with `MG`. */
  readonly messagingService?: string;
  /** Who gets the messages, such as `+4915112345678`. */
  readonly to: string | readonly string[];
  /** The most parts of one message, which are paid for one by one. */
  readonly maxSegments?: number;
  /** Another server than Twilio's own. */
  readonly url?: string;
}

/** Sends SMS through Twilio. */
export class TwilioNotifier extends BuiltInNotifier {
  /** @param token of the account or the API key: a secret, never shown */
  constructor(token: string, options: TwilioOptions) {
    const { url, ...others } = options;
    super(twilio, snakeCased(others), { token, url });
  }
}

export interface AppriseOptions {
  /** Only services with one of these tags, with commas between them; with spaces, all of them. */
  readonly tag?: string;
}

/** Sends to the services that an Apprise API server has under a key. */
export class AppriseNotifier extends BuiltInNotifier {
  /**
   * @param url of the server
   * @param key under which the services are configured: a secret, never shown
   */
  constructor(url: string, key: string, options: AppriseOptions = {}) {
    super(apprise, options, { url, key });
  }
}
