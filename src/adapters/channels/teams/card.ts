import type { AlertMessage } from '../../../ports/channel.js';
import { detailsOf, jsonBytes, linksOf, listed, shortened, SIGNS, withoutMentions } from '../alert-text.js';

/**
 * Teams refuses messages of more than 28 KB, and has done so from 21 KB on. These are bytes in JSON, and all four
 * together stay below that.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 */
const LONGEST_FALLBACK = 1_500;
const LONGEST_SENTENCE = 3_000;
const LONGEST_LIST = 7_000;
const LONGEST_FACTS = 6_000;

const COLOURS: Readonly<Record<AlertMessage['type'], string>> = {
  'node.failed': 'attention',
  'node.reported_failure': 'attention',
  'node.recovered': 'good',
  'node.deleted': 'default',
  'channel.closed': 'default',
  'node.inactive': 'warning',
  mass_failure: 'attention',
  test: 'default',
};

/** A message with one adaptive card, as workflows accept it. */
export function teamsBody(alert: AlertMessage): object {
  const sentence = `${SIGNS[alert.type]} ${alert.message}`;
  const nodes = listed(
    alert,
    (name, state, url) =>
      `- **${url === undefined ? escaped(name) : `[${escaped(name)}](${url})`}** ${state}`,
    { room: LONGEST_LIST, size: (text) => jsonBytes(text) + 1 },
  );
  const actions = linksOf(alert).map(({ title, url }) => ({ type: 'Action.OpenUrl', title, url }));
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
          // The notification's text.
          fallbackText: shortened(harmless(alert.message), LONGEST_FALLBACK, jsonBytes),
          body: [
            {
              type: 'TextBlock',
              text: escaped(shortened(sentence, LONGEST_SENTENCE, (text) => jsonBytes(escaped(text)))),
              weight: 'bolder',
              color: COLOURS[alert.type],
              wrap: true,
            },
            ...(nodes.length === 0 ? [] : [textBlock(nodes.join('\n'))]),
            { type: 'FactSet', facts: factsOf(alert, LONGEST_FACTS - bytesOf(actions)) },
          ],
          ...(actions.length > 0 && { actions }),
        },
      },
    ],
  };
}

function bytesOf(actions: readonly object[]): number {
  return actions.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(actions));
}

function textBlock(text: string): object {
  return { type: 'TextBlock', text, wrap: true };
}

/** As many facts as fit, then how many more there are. */
function factsOf(alert: AlertMessage, room: number): object[] {
  const facts = detailsOf(alert, when, escaped).map(({ name, value }) => ({ title: name, value }));
  let left = room;
  const cut = facts.findIndex((fact) => (left -= jsonBytes(JSON.stringify(fact))) < 0);
  if (cut < 0) return facts;
  return [...facts.slice(0, cut), { title: '…', value: `and ${facts.length - cut} more` }];
}

/** In the reader's own time zone. Fractions of seconds are not allowed. */
function when(seconds: number): string {
  const instant = new Date(seconds * 1000).toISOString().replace('.000', '');
  return `{{DATE(${instant},SHORT)}} {{TIME(${instant})}}`;
}

/** Prevents mentions, which are written as tags here. */
function harmless(text: string): string {
  return withoutMentions(text).replaceAll(/<(?=\/?at\b)/gi, '<\u200B');
}

/** Escapes the Markdown of cards, too. */
function escaped(text: string): string {
  return harmless(text).replaceAll(/[\\*_[\]()`#]/g, '\\$&');
}
