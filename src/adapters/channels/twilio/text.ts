import type { AlertMessage } from '../../../ports/channel.js';
import { detailsOf, fitted, linksOf, listed, shortened, sizeOf, utc } from '../alert-text.js';
import { smsRoom } from './segments.js';

/** The most characters of a name in a list. */
const LONGEST_NAME = 30;
/** The share of the room, without a link, that the list and the details may take. */
const NEXT_TO_SENTENCE = 0.6;
/** The details that an SMS has. Each character costs, so the others are left out. */
const DETAILS = ['When', 'Failed at', 'Last heard'];

/** The text of an SMS of at most so many segments, without signs that would make every message longer. */
export function smsText(alert: AlertMessage, segments: number): string {
  const all = detailsOf(alert, utc).filter(({ name }) => DETAILS.includes(name));
  const line = (name: string, state: string): string => `- ${shortened(name, LONGEST_NAME)} ${state}`;
  const whole = [alert.message, ...listed(alert, line)].map(ascii).join('\n');
  const { room, size } = smsRoom(whole, segments);
  const count = (text: string): number => size(ascii(text));
  const [page] = linksOf(alert);
  // The other links are too long.
  const linked = page !== undefined && count(page.url) <= room / 3 ? [page.url] : [];
  const most = (room - sizeOf(linked, count)) * NEXT_TO_SENTENCE;
  const details = fitted(
    all.map(({ name, value }) => `${name}: ${value}`),
    most,
    count,
  );
  const nodes = listed(alert, line, { room: most - sizeOf(details, count), size: count });
  const rest = [...nodes, ...details, ...linked];
  const sentence = shortened(alert.message, room - sizeOf(rest, count), count);
  return [sentence, ...rest].map(ascii).join('\n');
}

/** The sign of what is cut is not in the alphabet of GSM: it would more than halve what fits. */
function ascii(text: string): string {
  return text.replaceAll('…', '...');
}
