import type { AlertMessage } from '../../../ports/channel.js';
import { escapedMarkup, withoutMentions } from '../alert-text.js';
import { incomingWebhook } from '../incoming-webhook.js';
import { attachmentBody } from '../slack/attachment.js';
import { markdownLink } from '../text-parts.js';

/**
 * A post has at most 16,383 characters, and 4,000 in a database that was made before version 5.0. Of its properties,
 * where attachments are, old servers keep 8,000 characters of JSON.
 * https://docs.mattermost.com/developers/integrate/webhooks/incoming
 */
const LONGEST_TEXT = 3_500;
const LONGEST_ATTACHMENT = 5_000;

/** The sentence, and an attachment with the details. */
export function mattermostBody(alert: AlertMessage): object {
  const { text, attachments } = attachmentBody(alert, {
    sentence: LONGEST_TEXT,
    rest: LONGEST_ATTACHMENT,
    size: jsonLength,
    escaped,
    line: (name, state, url) =>
      `• **${url === undefined ? name : markdownLink({ title: name, url })}** ${state}`,
    link: markdownLink,
    between: ' · ',
  });
  // The summary is for programs that show no attachments.
  return { text, attachments: attachments.map((each) => ({ fallback: 'Details', ...each })) };
}

/** In JSON, as properties are stored. */
function jsonLength(text: string): number {
  return JSON.stringify(text).length - 2;
}

/** Escapes Markdown. Mentions are a bare `@all`, also in an attachment, and Slack's `<!channel>`. */
function escaped(text: string): string {
  return escapedMarkup(withoutMentions(text)).replaceAll(/[\\*_~`|#[\]()!:-]/g, '\\$&');
}

export const mattermost = incomingWebhook({ body: mattermostBody });
