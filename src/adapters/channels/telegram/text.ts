import type { AlertMessage } from '../../../ports/channel.js';
import {
  detailsOf,
  escapedMarkup,
  fitted,
  listed,
  shortened,
  SIGNS,
  sizeOf,
  unmentioned,
  utc,
} from '../alert-text.js';

/**
 * Telegram takes 4096 characters, counted once the markup has been read.
 * https://core.telegram.org/bots/api#sendmessage
 */
const LONGEST = 4_000;
const LONGEST_SENTENCE = 2_000;

/** In Telegram's HTML: the sentence, and below it what helps to find the node. */
export function telegramText(alert: AlertMessage): string {
  const sentence = shortened(unmentioned(`${SIGNS[alert.type]} ${alert.message}`), LONGEST_SENTENCE);
  const room = LONGEST - sentence.length;
  const details = fitted(
    detailsOf(alert, utc, harmless).map(({ name, value }) => `${name}: ${value}`),
    room,
    readLength,
  );
  const nodes = listed(alert, (name, standing) => `• <b>${harmless(name)}</b> ${standing}`, {
    room: room - sizeOf(details, readLength),
    size: readLength,
  });
  return [`<b>${escapedMarkup(sentence)}</b>`, '', ...nodes, ...details].join('\n');
}

/** Whoever is called `@somebody` is mentioned, in a group and beyond. */
function harmless(text: string): string {
  return escapedMarkup(unmentioned(text));
}

/** How long it is without its markup. */
function readLength(html: string): number {
  return html.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '&').length;
}
