import type { AlertMessage } from '../../../ports/channel.js';
import {
  detailsOf,
  escapedMarkup,
  fitted,
  linksOf,
  listed,
  shortened,
  SIGNS,
  withoutMentions,
} from '../alert-text.js';

/**
 * Slack refuses texts of more than 3000 characters in a block, and messages whose blocks have more than about 13,000 in
 * all. https://docs.slack.dev/reference/block-kit/blocks
 */
const LONGEST = 2_900;
const BETWEEN = ' · ';

/** The sentence, and below it the details in small print. */
export function slackBody(alert: AlertMessage): object {
  const sentence = `${SIGNS[alert.type]} ${alert.message}`;
  const headline = harmless(shortened(sentence, LONGEST, (text) => harmless(text).length));
  const nodes = listed(
    alert,
    (name, state, url) => `• *${url === undefined ? harmless(name) : link(url, harmless(name))}* ${state}`,
    { room: LONGEST },
  );
  const links = linksOf(alert).map(({ title, url }) => link(url, title));
  return {
    // The notification's text, which has no blocks. Mattermost and Rocket.Chat read nothing else.
    text: headline,
    blocks: [
      section(headline),
      ...(nodes.length === 0 ? [] : [section(nodes.join('\n'))]),
      ...(links.length === 0 ? [] : [section(links.join(BETWEEN))]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: small(alert) }] },
    ],
  };
}

/** Not a button: Slack asks the app to answer for one, even where all it does is open a URL. */
function link(url: string, text: string): string {
  return `<${url}|${text}>`;
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function small(alert: AlertMessage): string {
  const [at, ...others] = detailsOf(alert, when, harmless);
  // For something that has just happened the time is enough.
  const first = alert.reminder === undefined ? (at?.value ?? '') : `${at?.name}: ${at?.value}`;
  const lines = [first, ...others.map(({ name, value }) => `${name}: ${value}`)];
  return fitted(lines, LONGEST, (text) => text.length + BETWEEN.length).join(BETWEEN);
}

/** Slack mentions people by markup; Mattermost, which accepts the same body, also by a bare `@all`. */
function harmless(text: string): string {
  return escapedMarkup(withoutMentions(text));
}

/** In the reader's own time zone, which only Slack knows. */
function when(seconds: number): string {
  const plain = new Date(seconds * 1000).toISOString();
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${plain}>`;
}
