import * as z from 'zod';
import {
  BaseNotifier,
  type AlertMessage,
  type Attempt,
  type UserEventsMessage,
  type UserEventsNotifier,
} from '../../../ports/channel.js';
import { isUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Prepared, Secrets } from '../kind.js';
import { maxNodes, MessageParts } from '../message-parts.js';
import { userEventsText } from '../user-events.js';
import { loadClient, MqttConnection } from './connection.js';

const TOPIC = 'must be a topic of at most 1000 bytes, without "+", "#" and control characters';
const CLIENT = 'must be 1 to 128 letters, digits and signs in ASCII';
const VERSION = 'must be 5 or 3.1.1';

const settings = z.strictObject({
  topic: z
    .string({ error: TOPIC })
    .regex(/^[^+#\p{Cc}\p{Cs}]+$/u, { error: TOPIC })
    .refine((text) => Buffer.byteLength(text) <= 1_000, { error: TOPIC }),
  retain: z.boolean({ error: 'must be true or false' }).default(false),
  client_id: z
    .string({ error: CLIENT })
    .regex(/^[\x21-\x7e]{1,128}$/, { error: CLIENT })
    .optional(),
  version: z
    .preprocess((value) => (value === 5 ? '5' : value), z.enum(['5', '3.1.1'], { error: VERSION }))
    .default('5'),
  max_nodes: maxNodes,
});

type Own = z.output<typeof settings>;

/** Publishes alerts, or events of users, as JSON to a topic. https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html */
class MqttNotifier extends BaseNotifier implements UserEventsNotifier, Prepared {
  readonly #own: Own;
  readonly #connection: MqttConnection;
  readonly #parts: MessageParts;

  constructor(own: Own, { url }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined) throw new TypeError('MQTT without a broker');
    this.#own = own;
    this.#connection = new MqttConnection({ url, version: own.version, clientId: own.client_id }, tools);
    this.#parts = new MessageParts(own.max_nodes);
  }

  async prepare(): Promise<void> {
    await loadClient();
  }

  override notify(alert: AlertMessage, { signal }: Attempt): Promise<void> {
    const { topic, retain } = this.#own;
    return this.#parts.send(alert, (message) =>
      this.#connection.publish(topic, JSON.stringify(message), retain, signal),
    );
  }

  notifyOfUsers(message: UserEventsMessage, { signal }: Attempt): Promise<void> {
    return this.#connection.publish(this.#own.topic, userEventsText(message), false, signal);
  }

  override close(): Promise<void> {
    return this.#connection.close();
  }
}

export const mqtt: ChannelKind<Own> = {
  settings,
  secrets: [
    {
      name: 'url',
      required: true,
      inline: true,
      check: (text) => (isUrl(text, ['mqtt:', 'mqtts:']) ? undefined : 'must be an mqtt or mqtts URL'),
      shown: originOf,
    },
  ],
  receiver: ['url', 'topic'],
  encrypts: true,
  create: (own, secrets, tools) => new MqttNotifier(own, secrets, tools),
  // A second connection with the same id would end the first.
  createForUsers: ({ client_id: id, ...own }, secrets, tools) =>
    new MqttNotifier({ ...own, client_id: id === undefined ? id : `${id}-users` }, secrets, tools),
};
