import type { AlertMessage } from '../../../ports/channel.js';
import { shortened, withoutMentions } from '../alert-text.js';
import { brokenUp, codePoints, joined, markdownLink, shown, textParts } from '../text-parts.js';

/** Characters of a topic (`max_topic_length`), and of a message (`max_message_length`). https://zulip.com/api/send-message */
const LONGEST_TOPIC = 60;
const LONGEST_SENTENCE = 3_000;
const LONGEST_REST = 6_000;

/** The topic of alerts about no single node. */
const GENERAL = 'Heartbeat';

/** Zulip refuses them in a topic, and a null character anywhere. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Cn}]/gu;

/** The topic and the text of a message, in Zulip's Markdown. */
export function zulipMessage(
  alert: AlertMessage,
  topic?: string,
): { readonly topic: string; readonly content: string } {
  const parts = textParts(alert, {
    sentence: LONGEST_SENTENCE,
    rest: LONGEST_REST,
    escaped,
    line: (name, state, url) => `• **${name}** ${state}${shown(url, markdownLink)}`,
    link: markdownLink,
    between: ' · ',
  });
  return {
    topic: topic ?? topicOf(alert),
    content: joined(parts),
  };
}

/** What happens to one node is one conversation. */
function topicOf({ node }: AlertMessage): string {
  const name = (node?.name ?? '').replaceAll(UNPRINTABLE, ' ').trim();
  return name === '' ? GENERAL : shortened(name, LONGEST_TOPIC, codePoints);
}

/** Its Markdown has no escapes that work everywhere. `@**all**` mentions everybody, `@*team*` a group. */
function escaped(text: string): string {
  return brokenUp(withoutMentions(text), /[*~`$|#[\]()<>]/g).replaceAll('\0', ' ');
}
