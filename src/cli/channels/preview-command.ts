import { previewsOf, type Preview } from '../../adapters/channels/preview.js';
import { SystemClock } from '../../adapters/clock/system-clock.js';
import type { Effective } from '../../config/load-config.js';

export interface PreviewOptions {
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** In place of a token: a preview signs nothing. */
const UNSIGNED = { sign: () => '(signed)', read: () => undefined };

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
  const links =
    config.public_url === null
      ? undefined
      : { publicUrl: config.public_url, signer: linkSecret === undefined ? undefined : UNSIGNED };
  const previews = await previewsOf(plan, channels, links, new SystemClock());
  const { kind } = plan.policy;
  stdout.write(
    json ? `${JSON.stringify({ channel: name, kind, previews }, null, 2)}\n` : asText(kind, previews),
  );
  return 0;
}

function asText(kind: string, previews: readonly Preview[]): string {
  return previews
    .map(({ alert, sent }) => {
      const bodies = sent.map((each) => (typeof each === 'string' ? each : JSON.stringify(each, null, 2)));
      return `${kind}, ${alert}:\n${bodies.length === 0 ? '(nothing)' : bodies.join('\n')}\n`;
    })
    .join('\n');
}
