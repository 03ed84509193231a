import type { AlertMessage } from '../../../ports/channel.js';
import { textParts, type TextStyle } from '../text-parts.js';

const COLOURS: Readonly<Record<AlertMessage['type'], string>> = {
  'node.failed': '#d72638',
  'node.reported_failure': '#d72638',
  'node.recovered': '#2ea043',
  'node.deleted': '#8b949e',
  'channel.closed': '#8b949e',
  'node.inactive': '#e3b341',
  mass_failure: '#d72638',
  test: '#8b949e',
};

/**
 * Slack's older form, a text with an attachment, which Mattermost and Rocket.Chat took over. They do not know its
 * blocks.
 */
export function attachmentBody(
  alert: AlertMessage,
  style: TextStyle,
): {
  readonly text: string;
  readonly attachments: readonly [{ readonly color: string; readonly text: string }];
} {
  const { sentence, nodes, details, links } = textParts(alert, style);
  return {
    text: sentence,
    attachments: [{ color: COLOURS[alert.type], text: [...nodes, ...details, ...links].join('\n') }],
  };
}
