import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { Poster, type Refusal, type Understood } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import type { Secret } from '../secret.js';
import { brokenUp, joined, textParts } from '../text-parts.js';
import { shortened, withoutMentions } from '../alert-text.js';

const NO_CONTENT = 204;
const FAILED_DEPENDENCY = 424;
/** The attempts after which an alert is given up that the server could not hand to all of its services. See decision 204. */
const MOST_ATTEMPTS = 8;

/** Most services take these lengths; the server cuts for others. https://appriseit.com/library/ (overflow) */
const LONGEST_TITLE = 250;
const LONGEST_SENTENCE = 500;
const LONGEST_REST = 1_400;

const TYPES: Readonly<Record<AlertMessage['type'], 'failure' | 'success' | 'warning' | 'info'>> = {
  'node.failed': 'failure',
  'node.reported_failure': 'failure',
  'node.recovered': 'success',
  'node.deleted': 'info',
  'channel.closed': 'info',
  'node.inactive': 'warning',
  mass_failure: 'failure',
  test: 'info',
};

const TAG = 'must be tags of letters, digits, "-" and "_", with commas or spaces between them';
const settings = z.strictObject({
  tag: z
    .string({ error: TAG })
    .regex(/^[\w-]+(?:[ ,]+[\w-]+)*$/, { error: TAG })
    .optional(),
});

type Own = z.output<typeof settings>;

/** The services that are configured under a key of an Apprise API server. https://github.com/caronc/apprise-api */
class AppriseNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #own: Own;
  readonly #key: Secret;

  constructor(own: Own, { url, key }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined || key === undefined) throw new TypeError('Apprise without a server or a key');
    this.#own = own;
    this.#key = key;
    this.poster = new Poster(url, [key], tools, {
      understood: refusalIn,
      accepts: (status) => status >= 200 && status < 300 && status !== NO_CONTENT,
    });
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    const body = JSON.stringify({ ...appriseMessage(alert), ...this.#own });
    return this.poster.post(body, { accept: 'application/json' }, attempt, {
      path: `/notify/${this.#key.reveal()}`,
    });
  }
}

function refusalIn(...[, { status, attempt }]: Parameters<Understood>): Refusal {
  if (status === NO_CONTENT)
    return { permanent: true, meaning: 'the server has no services under this key and tag' };
  // Some may have it, and would get it with each further attempt.
  if (status === FAILED_DEPENDENCY) return { permanent: attempt >= MOST_ATTEMPTS };
  return {};
}

/** The notification, in plain text. */
export function appriseMessage(alert: AlertMessage): {
  readonly title: string;
  readonly body: string;
  readonly type: string;
  readonly format: 'text';
} {
  const parts = textParts(alert, {
    sentence: LONGEST_SENTENCE,
    rest: LONGEST_REST,
    escaped,
  });
  const { node } = alert;
  return {
    title: escaped(shortened(node?.name ?? 'Heartbeat', LONGEST_TITLE, (text) => escaped(text).length)),
    body: joined(parts),
    type: TYPES[alert.type],
    format: 'text',
  };
}

/** The services take different markup. Mentions are `@all` or `<!channel>` in most. */
function escaped(text: string): string {
  return brokenUp(withoutMentions(text), /</g);
}

export const apprise: ChannelKind<Own> = {
  settings,
  secrets: [
    { name: 'url', required: true, inline: true, check: httpUrl, shown: originOf },
    {
      // Whoever knows it can send, and read the configuration under it.
      name: 'key',
      required: true,
      inline: true,
      check: (text) =>
        /^[\w-]{1,128}$/.test(text) ? undefined : 'must be 1 to 128 letters, digits, "-" and "_"',
    },
  ],
  receiver: ['url', 'key', 'tag'],
  encrypts: true,
  create: (own, secrets, tools) => new AppriseNotifier(own, secrets, tools),
};
