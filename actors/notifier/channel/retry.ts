import type { Millis } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import type { BreakerState } from './breaker.js';

/*
 * Retry, back-off, and the reason when there is no further retry. `channel.machine.ts` decides by them: `#judge` after
 * a failed attempt, `#giveUpOld` after `give_up_after`. `breaker.ts` says when the whole channel makes no attempts.
 */

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

/** What an alert without an attempt in this run was waiting for. */
export interface UntriedDelivery {
  /** Attempts of earlier runs. */
  readonly attempts: number;
  /** An earlier alert of its node has to be delivered first. */
  readonly isBehind: boolean;
  readonly breaker: BreakerState;
  /** Consecutive failures of the channel. */
  readonly failures: number;
  readonly lastFailure: string | undefined;
  /** Whether the most attempts allowed are under way. */
  readonly isBusy: boolean;
}

/** The reason why an alert is given up without an attempt, for people who find it among the dead letters. */
export function giveUpReason(untried: UntriedDelivery): string {
  const { attempts, lastFailure } = untried;
  const reason = `${obstacle(untried)}${lastFailure === undefined ? '' : `; its last failure: ${lastFailure}`}`;
  if (attempts === 0) return `it was never tried, since ${reason}`;
  return `tried ${times(attempts)} in an earlier run, and not in this one, since ${reason}`;
}

function obstacle({ isBehind, breaker, failures, isBusy }: UntriedDelivery): string {
  if (breaker !== 'closed') {
    return failures === 0
      ? 'the channel was at rest, as it was asked to be'
      : `the channel was at rest after ${failures === 1 ? '1 failure' : `${failures} failures in a row`}`;
  }
  if (isBehind) return 'the channel had an earlier alert of its node to deliver first';
  return isBusy ? 'the channel was busy with other alerts' : 'its turn in the channel had not come';
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
