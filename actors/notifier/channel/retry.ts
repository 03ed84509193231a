import type { Millis } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';

/**
 * The delay after attempt number `attempts` failed: `minDelay`, doubled for each further attempt up to `maxDelay`, with
 * full jitter between `minDelay` and that, so that what failed together is not repeated together.
 *
 * @param random returns a number in [0, 1)
 */
export function retryDelay(
  attempts: number,
  { minDelay, maxDelay }: Pick<ChannelPolicy['retry'], 'minDelay' | 'maxDelay'>,
  random: number,
): Millis {
  const most = Math.min(maxDelay, minDelay * 2 ** Math.min(attempts, 30));
  return minDelay + random * Math.max(0, most - minDelay);
}
