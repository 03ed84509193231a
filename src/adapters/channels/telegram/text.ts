import type { AlertMessage } from '../../../ports/channel.js';
import { detailsOf, escapedMarkup, fitted, listed, shortened, SIGNS, utc } from '../alert-text.js';

/** Telegram takes 4096 characters, counted once the markup has been read. */
const LONGEST = 4_000;
const LONGEST_SENTENCE = 2_000;

/** In Telegram's HTML: the sentence, and below it what helps to find the node. */
export function telegramText(alert: AlertMessage): string {
  const sentence = shortened(`${SIGNS[alert.type]} ${alert.message}`, LONGEST_SENTENCE);
  const lines = [
    ...listed(alert, (name, standing) => `• <b>${escapedMarkup(name)}</b> ${standing}`),
    ...detailsOf(alert, utc, escapedMarkup).map(({ name, value }) => `${name}: ${value}`),
  ];
  const room = LONGEST - sentence.length;
  return [`<b>${escapedMarkup(sentence)}</b>`, '', ...fitted(lines, room, readLength)].join('\n');
}

/** How long it is without its markup. */
function readLength(html: string): number {
  return html.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '&').length;
}
