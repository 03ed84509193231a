import type { Millis } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';

/**
 * How long to wait after attempt number `attempts` has failed: between `minDelay` and twice as much for each further
 * attempt, `maxDelay` at the most. Somewhere in between, so that what failed together is not tried together.
 *
 * @param random from 0 up to 1
 */
export function retryDelay(
  attempts: number,
  { minDelay, maxDelay }: Pick<ChannelPolicy['retry'], 'minDelay' | 'maxDelay'>,
  random: number,
): Millis {
  const most = Math.min(maxDelay, minDelay * 2 ** Math.min(attempts, 30));
  return minDelay + random * Math.max(0, most - minDelay);
}
