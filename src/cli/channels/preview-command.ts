import { previewOf } from '../../adapters/channels/preview.js';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import type { Effective } from '../../config/load-config.js';
import type { MessagePreview } from '../../ports/message-preview.js';
import { FAILED, SUCCESS } from '../exit-codes.js';
import { printable } from '../output/printable.js';

export interface PreviewOptions {
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * Prints what a channel would send of each type of alert, from the configuration alone.
 *
 * @returns the exit code: 1 if there is no such channel
 */
export async function previewChannel(
  name: string,
  { channels, config, linkSecret }: Pick<Effective, 'channels' | 'config' | 'linkSecret'>,
  { json, stdout, stderr }: PreviewOptions,
): Promise<number> {
  const links = { publicUrl: config.public_url, areSigned: linkSecret !== undefined };
  const preview = await previewOf(name, channels, links, new SystemClock());
  if (preview === undefined) {
    const names = channels.map(({ policy }) => policy.name).join(', ');
    stderr.write(printable(`heartbeat: no channel is called ${name}: there are ${names}\n`));
    return FAILED;
  }
  const { kind, previews } = preview;
  stdout.write(
    json ? `${JSON.stringify({ channel: name, kind, previews }, null, 2)}\n` : asText(kind, previews),
  );
  return SUCCESS;
}

function asText(kind: string, previews: readonly MessagePreview[]): string {
  return previews
    .map(({ alert, sent }) => {
      const bodies = sent.map((each) => (typeof each === 'string' ? each : JSON.stringify(each, null, 2)));
      return `${kind}, ${alert}:\n${bodies.length === 0 ? '(nothing)' : bodies.join('\n')}\n`;
    })
    .join('\n');
}
