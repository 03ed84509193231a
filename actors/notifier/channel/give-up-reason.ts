import type { BreakerState } from './breaker.js';

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
