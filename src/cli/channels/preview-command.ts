import { previewLinks, previewsOf } from '../../adapters/channels/preview.js';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import type { Effective } from '../../config/load-config.js';
import type { MessagePreview } from '../../ports/message-preview.js';

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
  const plan = channels.find(({ policy }) => policy.name === name);
  if (plan === undefined) {
    const names = channels.map(({ policy }) => policy.name).join(', ');
    stderr.write(`heartbeat: no channel is called ${name}: there are ${names}\n`);
    return 1;
  }
  const links = previewLinks(config.public_url, linkSecret !== undefined);
  const previews = await previewsOf(plan, channels, links, new SystemClock());
  const { kind } = plan.policy;
  stdout.write(
    json ? `${JSON.stringify({ channel: name, kind, previews }, null, 2)}\n` : asText(kind, previews),
  );
  return 0;
}

function asText(kind: string, previews: readonly MessagePreview[]): string {
  return previews
    .map(({ alert, sent }) => {
      const bodies = sent.map((each) => (typeof each === 'string' ? each : JSON.stringify(each, null, 2)));
      return `${kind}, ${alert}:\n${bodies.length === 0 ? '(nothing)' : bodies.join('\n')}\n`;
    })
    .join('\n');
}
