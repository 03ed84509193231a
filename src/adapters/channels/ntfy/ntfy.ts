import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import {
  bytes,
  detailsOf,
  fitted,
  jsonBytes,
  linksOf,
  listed,
  shortened,
  SIGNS,
  sizeOf,
  utc,
} from '../alert-text.js';
import { Poster } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import { Secret } from '../secret.js';

const PUBLIC = 'https://ntfy.sh/';
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;

/**
 * Bytes. A message of more than 4096 would become a file; the whole request may have twice as much JSON.
 * https://docs.ntfy.sh/publish/#limitations
 */
const LONGEST_MESSAGE = 4_000;
const LONGEST_TITLE = 1_000;
/** How much longer JSON may make either. */
const IN_JSON = 1.5;

/** From 1 to 5. */
const PRIORITIES: Readonly<Record<AlertMessage['type'], number>> = {
  'node.failed': 5,
  'node.reported_failure': 5,
  'node.recovered': 3,
  'node.deleted': 3,
  'channel.closed': 3,
  'node.inactive': 3,
  mass_failure: 5,
  test: 3,
};

/** A topic of ntfy. https://docs.ntfy.sh/publish/#publish-as-json */
class NtfyNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #topic: Secret;
  readonly #token: Secret | undefined;

  constructor({ url, topic, token }: Secrets, tools: ChannelTools) {
    super();
    if (topic === undefined) throw new TypeError('ntfy without a topic');
    this.#topic = topic;
    this.#token = token;
    this.poster = new Poster(url ?? new Secret(PUBLIC), [topic, token], tools);
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const body = { topic: this.#topic.reveal(), ...noteOf(alert) };
    const headers = this.#token !== undefined && { authorization: `Bearer ${this.#token.reveal()}` };
    return this.poster.post(JSON.stringify(body), { ...headers }, attempt);
  }
}

/** The notification on a phone. */
export function noteOf(alert: AlertMessage): object {
  const linked = linkedTo(alert);
  const longest = LONGEST_MESSAGE - (linked === undefined ? 0 : cost(JSON.stringify(linked)));
  const details = fitted(
    detailsOf(alert, utc).map(({ name, value }) => `${name}: ${value}`),
    longest,
    cost,
  );
  const nodes = listed(alert, (name, state) => `• ${name} ${state}`, {
    room: longest - sizeOf(details, cost),
    size: cost,
  });
  return {
    title: shortened(`${SIGNS[alert.type]} ${alert.message}`, LONGEST_TITLE, cost),
    message: [...nodes, ...details].join('\n'),
    priority: PRIORITIES[alert.type],
    ...linked,
  };
}

/** A tap on the notification shows the node; its buttons open the other links, and send nothing themselves. */
function linkedTo(alert: AlertMessage): object | undefined {
  const [node, ...others] = linksOf(alert);
  if (node === undefined) return undefined;
  const actions = others.map(({ title, url }) => ({ action: 'view', label: title, url }));
  return { click: node.url, ...(actions.length > 0 && { actions }) };
}

function cost(text: string): number {
  return Math.max(bytes(text), jsonBytes(text) / IN_JSON);
}

function server(text: string): string | undefined {
  return (
    httpUrl(text) ??
    (new URL(text).pathname === '/'
      ? undefined
      : 'must be the URL of the server alone: the topic goes into topic')
  );
}

export const ntfy: ChannelKind = {
  settings: z.strictObject({}),
  secrets: [
    { name: 'url', required: false, inline: true, check: server, shown: originOf },
    {
      // Whoever knows it can read along.
      name: 'topic',
      required: true,
      inline: true,
      check: (text) => (TOPIC.test(text) ? undefined : 'must be 1 to 64 letters, digits, "-" and "_"'),
    },
    { name: 'token', required: false, inline: false },
  ],
  receiver: ['url', 'topic'],
  encrypts: true,
  create: (_own, secrets, tools) => new NtfyNotifier(secrets, tools),
};
