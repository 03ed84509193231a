import type { AlertMessage } from '../../../ports/channel.js';
import { jsonBytes, withoutMentions, type TitledLink } from '../alert-text.js';
import { incomingWebhook } from '../incoming-webhook.js';
import { brokenUp, joined, shown, textParts } from '../text-parts.js';

/**
 * Bytes in JSON. A message may have 32,000, and nobody reads as much.
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
 */
const LONGEST_SENTENCE = 4_000;
const LONGEST_REST = 12_000;

/** A text message: webhooks may send cards too, but a text is what a notification shows. */
export function googleChatBody(alert: AlertMessage): { readonly text: string } {
  const parts = textParts(alert, {
    sentence: LONGEST_SENTENCE,
    rest: LONGEST_REST,
    size: jsonBytes,
    escaped,
    line: (name, state, url) => `• *${name}* ${state}${shown(url, link)}`,
    link,
    between: ' · ',
  });
  return { text: joined(parts) };
}

function link({ title, url }: TitledLink): string {
  return `<${url}|${title}>`;
}

/** Its markup has no escapes. `<users/all>` mentions everybody. */
function escaped(text: string): string {
  return brokenUp(withoutMentions(text), /[*_~`<>]/g);
}

export const googlechat = incomingWebhook({
  body: googleChatBody,
  // A request with the id of an earlier one makes no second message.
  target: ({ id }) => ({ query: { requestId: id } }),
});
