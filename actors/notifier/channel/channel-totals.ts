import type { DeliveryState } from '../../../src/domain/alert.js';

/** Outcomes of alerts for a channel since the process started, and `failed`: attempts that failed and are repeated. */
export type Totals = Record<Outcome | 'failed', number>;

type Outcome = Exclude<DeliveryState, 'pending' | 'held'>;

/**
 * Totals of each channel by name. They continue when the channel is removed or comes back: its remaining alerts became
 * dead letters, and alerting rules must be able to see them.
 */
export class ChannelTotals {
  readonly #ofChannel = new Map<string, Totals>();

  [Symbol.iterator](): Iterator<readonly [string, Readonly<Totals>]> {
    return this.#ofChannel[Symbol.iterator]();
  }

  /** Starts or continues the totals of a channel. */
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
