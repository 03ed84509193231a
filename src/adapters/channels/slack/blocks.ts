import type { AlertMessage } from '../../../ports/channel.js';

/** Slack refuses longer texts in one block. */
const LONGEST = 2_900;
/** Nodes that are listed: more is nothing that is read on a phone. */
const LISTED = 40;

const SIGNS: Readonly<Record<AlertMessage['type'], string>> = {
  'node.failed': ':red_circle:',
  'node.reported_failure': ':red_circle:',
  'node.recovered': ':large_green_circle:',
  'node.inactive': ':large_yellow_circle:',
  mass_failure: ':rotating_light:',
  test: ':white_circle:',
};

/** What a phone shows: the sentence, and below it, small, what helps to find the node. */
export function slackBody(alert: AlertMessage): object {
  const headline = `${SIGNS[alert.type]} ${escaped(alert.message)}`;
  const details = detailsOf(alert);
  return {
    // What a notification shows, which has no blocks.
    text: shortened(headline),
    blocks: [
      section(headline),
      ...(alert.nodes === undefined ? [] : [section(listOf(alert.nodes))]),
      ...(details === '' ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', text: details }] }]),
    ],
  };
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text: shortened(text) } };
}

function listOf(nodes: NonNullable<AlertMessage['nodes']>): string {
  const lines = nodes
    .slice(0, LISTED)
    .map(({ name, state }) => `• *${escaped(name)}* ${state === 'active' ? 'is back' : `is ${state}`}`);
  const more = nodes.length - lines.length;
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

function detailsOf({ node, at, blind_seconds }: AlertMessage): string {
  const parts = [when(at)];
  if (node !== undefined) {
    const { last_heartbeat, labels } = node;
    if (last_heartbeat !== null && last_heartbeat !== at) parts.push(`last heard ${when(last_heartbeat)}`);
    for (const [key, value] of Object.entries(labels)) parts.push(`${escaped(key)}: ${escaped(value)}`);
  }
  if (blind_seconds >= 1) parts.push(`nobody could be heard for ${Math.round(blind_seconds)} s of it`);
  return shortened(parts.join(' · '));
}

/** In the reader's own time zone, which only Slack knows. */
function when(seconds: number): string {
  const plain = new Date(seconds * 1000).toISOString();
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${plain}>`;
}

/** The three characters that Slack gives a meaning. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
