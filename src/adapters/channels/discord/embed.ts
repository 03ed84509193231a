import type { AlertMessage } from '../../../ports/channel.js';
import {
  detailsOf,
  fitted,
  linksOf,
  listed,
  shortened,
  SIGNS,
  sizeOf,
  withoutMentions,
} from '../alert-text.js';

/**
 * Limits of the content (2000) and of an embed's description (4096); all texts of the embeds together may have 6000.
 * https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
const LONGEST_CONTENT = 2_000;
const LONGEST_DESCRIPTION = 4_000;

const COLOURS: Readonly<Record<AlertMessage['type'], number>> = {
  'node.failed': 0xd7_26_38,
  'node.reported_failure': 0xd7_26_38,
  'node.recovered': 0x2e_a0_43,
  'node.deleted': 0x8b_94_9e,
  'channel.closed': 0x8b_94_9e,
  'node.inactive': 0xe3_b3_41,
  mass_failure: 0xd7_26_38,
  test: 0x8b_94_9e,
};

/** The sentence is the content, which a notification shows; the details are in an embed. */
export function discordBody(alert: AlertMessage): object {
  const links = linksOf(alert).map(({ title, url }) => link(url, title));
  const linked = links.length === 0 ? [] : [links.join(' · ')];
  const details = fitted(
    detailsOf(alert, when, escaped).map(({ name, value }) => `${name}: ${value}`),
    LONGEST_DESCRIPTION - sizeOf(linked),
  );
  const nodes = listed(
    alert,
    (name, state, url) => `• **${url === undefined ? escaped(name) : link(url, escaped(name))}** ${state}`,
    { room: LONGEST_DESCRIPTION - sizeOf(details) },
  );
  const sentence = `${SIGNS[alert.type]} ${alert.message}`;
  return {
    content: escaped(shortened(sentence, LONGEST_CONTENT, (text) => escaped(text).length)),
    embeds: [
      {
        description: [...nodes, ...details, ...linked].join('\n'),
        color: COLOURS[alert.type],
        footer: { text: alert.id },
      },
    ],
    // Nobody is mentioned, whatever a node is called.
    allowed_mentions: { parse: [] },
  };
}

/** A masked link: buttons are for webhooks of an application only. */
function link(url: string, text: string): string {
  return `[${text}](${url})`;
}

/** In the reader's own time zone. */
function when(seconds: number): string {
  return `<t:${seconds}:F>`;
}

/** Escapes Discord's Markdown, and mentions for receivers that accept the same body without its rules. */
function escaped(text: string): string {
  return withoutMentions(text).replaceAll(/[\\*_~`|>#[\]()<@:-]/g, '\\$&');
}
