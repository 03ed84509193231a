import { moment, type Millis, type Moment } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import type { BreakerState } from './circuit-breaker.js';
import type { Offer } from './channel.protocol.js';

/**
 * Retry and back-off of a channel: when an alert is tried again after a failed attempt, and when it is given up. While
 * the circuit breaker (`circuit-breaker.ts`) is open, the channel makes no attempts at all.
 */
export class Retry {
  #policy: ChannelPolicy['retry'];
  /** Returns a number in [0, 1). */
  readonly #random: () => number;

  constructor(policy: ChannelPolicy['retry'], random: () => number) {
    this.#policy = policy;
    this.#random = random;
  }

  configure(policy: ChannelPolicy['retry']): void {
    this.#policy = policy;
  }

  /** The back-off after as many attempts, or rests of the circuit breaker in a row. */
  delay(attempts: number): Millis {
    return retryDelay(attempts, this.#policy, this.#random());
  }

  /** The wait after a failed attempt. @param retryAfter the provider asks to wait as long */
  delayAfterFailure(attempts: number, retryAfter: Millis = 0): Millis {
    return Math.max(this.delay(attempts), retryAfter);
  }

  /** The first moment for an attempt: the back-off of an earlier run continues. */
  firstAttemptAt({
    attempts,
    lastAttempt,
    notBefore = moment(-Infinity),
  }: Pick<Offer, 'attempts' | 'lastAttempt' | 'notBefore'>): Moment {
    const delayedUntil = lastAttempt === undefined ? -Infinity : lastAttempt + this.delay(attempts);
    return moment(Math.max(delayedUntil, notBefore));
  }

  /** When an alert is given up. @param since when it could be delivered */
  givenUpAt(since: Moment): Moment {
    return moment(since + this.#policy.giveUpAfter);
  }
}

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

/** The state of an alert without an attempt in this run. */
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
