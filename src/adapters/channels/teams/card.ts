import type { AlertMessage } from '../../../ports/channel.js';
import { detailsOf, fitted, listed, shortenedToBytes, SIGNS } from '../alert-text.js';

/**
 * Teams refuses messages of more than about 28 KB. These are bytes, and JSON needs two for some of them, so that all
 * three together stay below.
 */
const LONGEST_SENTENCE = 2_500;
const LONGEST_LIST = 5_000;
const LONGEST_FACTS = 4_000;

const COLOURS: Readonly<Record<AlertMessage['type'], string>> = {
  'node.failed': 'attention',
  'node.reported_failure': 'attention',
  'node.recovered': 'good',
  'node.deleted': 'default',
  'node.inactive': 'warning',
  mass_failure: 'attention',
  test: 'default',
};

/** A message with one adaptive card, as workflows take it. */
export function teamsBody(alert: AlertMessage): object {
  const nodes = listed(alert, (name, standing) => `- **${escaped(name)}** ${standing}`);
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          // What a notification shows.
          fallbackText: shortenedToBytes(alert.message, LONGEST_SENTENCE),
          body: [
            {
              type: 'TextBlock',
              text: shortenedToBytes(`${SIGNS[alert.type]} ${escaped(alert.message)}`, LONGEST_SENTENCE),
              weight: 'bolder',
              color: COLOURS[alert.type],
              wrap: true,
            },
            ...(nodes.length === 0 ? [] : [textBlock(fitted(nodes, LONGEST_LIST, bytes).join('\n'))]),
            { type: 'FactSet', facts: factsOf(alert) },
          ],
        },
      },
    ],
  };
}

function textBlock(text: string): object {
  return { type: 'TextBlock', text, wrap: true };
}

function factsOf(alert: AlertMessage): object[] {
  let left = LONGEST_FACTS;
  return detailsOf(alert, when, escaped)
    .filter(({ name, value }) => (left -= bytes(name) + bytes(value)) >= 0)
    .map(({ name, value }) => ({ title: name, value }));
}

/** In the reader's own time zone; it takes no fractions of seconds. */
function when(seconds: number): string {
  const instant = new Date(seconds * 1000).toISOString().replace('.000', '');
  return `{{DATE(${instant},SHORT)}} {{TIME(${instant})}}`;
}

/** What the Markdown of cards gives a meaning. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_[\]()`#]/g, '\\$&');
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
