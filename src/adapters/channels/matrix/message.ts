import type { AlertMessage } from '../../../ports/channel.js';
import { escapedMarkup, jsonBytes, withoutMentions, type TitledLink } from '../alert-text.js';
import { isUrgent, joined, textParts } from '../text-parts.js';

/**
 * Bytes in JSON, with HTML. A whole event has at most 65,536, and it has each text twice.
 * https://spec.matrix.org/latest/client-server-api/#size-limits
 */
const LIMITS = { sentence: 6_000, rest: 16_000, size: jsonBytes } as const;

/** The content of an `m.room.message`. */
export function matrixMessage(alert: AlertMessage): object {
  const plain = textParts(alert, { ...LIMITS, escaped: withoutMentions });
  const html = textParts(alert, {
    ...LIMITS,
    escaped: inHtml,
    line: (name, state, url) =>
      `• <strong>${url === undefined ? name : link({ title: name, url })}</strong> ${state}`,
    link,
    between: ' · ',
  });
  return {
    // Clients make no sound for a notice.
    msgtype: isUrgent(alert) || alert.type === 'node.inactive' ? 'm.text' : 'm.notice',
    body: joined(plain),
    format: 'org.matrix.custom.html',
    formatted_body: joined({ ...html, sentence: `<strong>${html.sentence}</strong>` }).replaceAll(
      '\n',
      '<br>',
    ),
    // Nobody is mentioned, whatever a node is called.
    'm.mentions': {},
  };
}

function link({ title, url }: TitledLink): string {
  return `<a href="${url}">${title}</a>`;
}

/** Old clients and servers look for mentions in the text. */
function inHtml(text: string): string {
  return escapedMarkup(withoutMentions(text));
}
