import type { AlertMessage } from '../../../ports/channel.js';
import {
  detailsOf,
  escapedMarkup,
  fitted,
  linksOf,
  listed,
  shortened,
  SIGNS,
  sizeOf,
  withoutMentions,
  utc,
} from '../alert-text.js';

/** Telegram accepts 4096 characters, counted without the markup. https://core.telegram.org/bots/api#sendmessage */
const LONGEST = 4_000;
const LONGEST_SENTENCE = 2_000;

/** In Telegram's HTML: the sentence, and below it the details. */
export function telegramText(alert: AlertMessage): string {
  const sentence = shortened(withoutMentions(`${SIGNS[alert.type]} ${alert.message}`), LONGEST_SENTENCE);
  const room = LONGEST - sentence.length;
  const links = linksOf(alert).map(({ title, url }) => link(url, title));
  const linked = links.length === 0 ? [] : [links.join(' · ')];
  const details = fitted(
    detailsOf(alert, utc, harmless).map(({ name, value }) => `${name}: ${value}`),
    room - sizeOf(linked, readLength),
    readLength,
  );
  const nodes = listed(
    alert,
    (name, state, url) =>
      `• <b>${url === undefined ? harmless(name) : link(url, harmless(name))}</b> ${state}`,
    { room: room - sizeOf(details, readLength), size: readLength },
  );
  return [`<b>${escapedMarkup(sentence)}</b>`, '', ...nodes, ...details, ...linked].join('\n');
}

/** Not a button: Telegram refuses a message whose button has a URL that it cannot reach, such as one of an intranet. */
function link(url: string, text: string): string {
  return `<a href="${escapedMarkup(url)}">${text}</a>`;
}

/** `@somebody` is a mention, in a group and beyond. */
function harmless(text: string): string {
  return escapedMarkup(withoutMentions(text));
}

/** The length without markup. */
function readLength(html: string): number {
  return html.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '&').length;
}
