import { createHash } from 'node:crypto';
import type { AlertMessage } from '../../../ports/channel.js';
import { linksOf, shortened } from '../alert-text.js';
import { codePoints, isUrgent, joined, textParts } from '../text-parts.js';

/** Characters, of up to 4 bytes each: of a title, a message and a URL. https://pushover.net/api#limits */
const LONGEST_TITLE = 250;
const LONGEST_MESSAGE = 1_024;
const LONGEST_URL = 512;
const LONGEST_SENTENCE = 450;
/** Of the list, the details, and the line break before them. */
const LONGEST_REST = LONGEST_MESSAGE - LONGEST_SENTENCE - 1;

/** Bypasses quiet hours; a normal one does not. */
const HIGH = 1;
const NORMAL = 0;
/** Is repeated until somebody acknowledges it. */
const EMERGENCY = 2;

/** Seconds between repeats, and until they end without an acknowledgement. */
export interface Emergency {
  readonly retry: number;
  readonly expire: number;
}

/** A notification without the credentials. */
export type PushoverMessage = Readonly<Record<string, string | number>>;

/** @param emergency for failures; undefined: they are only of high priority */
export function pushoverMessage(alert: AlertMessage, emergency?: Emergency): PushoverMessage {
  const [page, ...others] = linksOf(alert);
  const parts = textParts(alert, {
    sentence: LONGEST_SENTENCE,
    rest: LONGEST_REST,
    size: codePoints,
    links: others,
  });
  const { node } = alert;
  return {
    title: shortened(node === undefined ? 'Heartbeat' : node.name, LONGEST_TITLE, codePoints),
    message: joined(parts),
    timestamp: alert.at,
    ...(page !== undefined && page.url.length <= LONGEST_URL && { url: page.url, url_title: page.title }),
    ...(isUrgent(alert) && emergency !== undefined
      ? { priority: EMERGENCY, ...emergency, ...(node !== undefined && { tags: tagOf(node.name) }) }
      : { priority: isUrgent(alert) ? HIGH : NORMAL }),
  };
}

/** By it the emergencies of a node are ended. A name may have characters that a tag may not. */
export function tagOf(name: string): string {
  return `node-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}
