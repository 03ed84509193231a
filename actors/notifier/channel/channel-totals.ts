import type { DeliveryState } from '../../../src/domain/alert.js';

/** What has become of alerts for a channel, and attempts that failed and are made again, since the process started. */
export type Totals = Record<Outcome | 'failed', number>;

type Outcome = Exclude<DeliveryState, 'pending' | 'held'>;

/**
 * What is counted of each channel, by its name. It goes on when the channel is taken away, or comes back: what it left
 * behind has become dead letters, and somebody has to hear of them.
 */
export class ChannelTotals {
  readonly #ofChannel = new Map<string, Totals>();

  [Symbol.iterator](): Iterator<readonly [string, Readonly<Totals>]> {
    return this.#ofChannel[Symbol.iterator]();
  }

  /** From here on there is such a channel. */
  open(channel: string): Totals {
    let totals = this.#ofChannel.get(channel);
    if (totals === undefined) {
      totals = { delivered: 0, dead: 0, cancelled: 0, folded: 0, failed: 0 };
      this.#ofChannel.set(channel, totals);
    }
    return totals;
  }

  count(channel: string, what: DeliveryState | 'failed'): void {
    if (what !== 'pending' && what !== 'held') this.open(channel)[what]++;
  }
}
