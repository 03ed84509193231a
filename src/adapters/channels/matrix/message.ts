import type { AlertMessage } from '../../../ports/channel.js';
import { escapedMarkup, jsonBytes, withoutMentions } from '../alert-text.js';
import { isUrgent, textParts, type TextParts } from '../text-parts.js';

/**
 * Bytes in JSON, with HTML. A whole event has at most 65,536, and it has each text twice.
 * https://spec.matrix.org/latest/client-server-api/#size-limits
 */
const LONGEST_SENTENCE = 6_000;
const LONGEST_REST = 16_000;

/** The content of an `m.room.message`. */
export function matrixMessage(alert: AlertMessage): object {
  const plain = partsOf(alert, withoutMentions, (name, state) => `• ${name} ${state}`);
  const html = partsOf(alert, inHtml, (name, state) => `• <strong>${name}</strong> ${state}`);
  return {
    // Clients make no sound for a notice.
    msgtype: isUrgent(alert) || alert.type === 'node.inactive' ? 'm.text' : 'm.notice',
    body: linesOf(plain, plain.sentence).join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: linesOf(html, `<strong>${html.sentence}</strong>`).join('<br>'),
    // Nobody is mentioned, whatever a node is called.
    'm.mentions': {},
  };
}

function partsOf(
  alert: AlertMessage,
  escaped: (text: string) => string,
  line: (name: string, state: string) => string,
): TextParts {
  return textParts(alert, {
    sentence: LONGEST_SENTENCE,
    rest: LONGEST_REST,
    size: jsonBytes,
    escaped,
    line,
  });
}

function linesOf({ nodes, details }: TextParts, sentence: string): readonly string[] {
  return [sentence, ...nodes, ...details];
}

/** Old clients and servers look for mentions in the text. */
function inHtml(text: string): string {
  return escapedMarkup(withoutMentions(text));
}
