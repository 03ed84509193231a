import type { AlertMessage } from '../../../ports/channel.js';
import { detailsOf, escapedMarkup, listed, shortened, SIGNS } from '../alert-text.js';

/** Slack refuses longer texts in one block. */
const LONGEST = 2_900;

/** What a phone shows: the sentence, and below it, small, what helps to find the node. */
export function slackBody(alert: AlertMessage): object {
  const headline = shortened(`${SIGNS[alert.type]} ${escapedMarkup(alert.message)}`, LONGEST);
  const nodes = listed(alert, (name, standing) => `• *${escapedMarkup(name)}* ${standing}`);
  return {
    // What a notification shows, which has no blocks.
    text: headline,
    blocks: [
      section(headline),
      ...(nodes.length === 0 ? [] : [section(shortened(nodes.join('\n'), LONGEST))]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: shortened(small(alert), LONGEST) }] },
    ],
  };
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function small(alert: AlertMessage): string {
  const [at, ...others] = detailsOf(alert, when, escapedMarkup);
  return [at?.value ?? '', ...others.map(({ name, value }) => `${name}: ${value}`)].join(' · ');
}

/** In the reader's own time zone, which only Slack knows. */
function when(seconds: number): string {
  const plain = new Date(seconds * 1000).toISOString();
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${plain}>`;
}
