import type { Millis } from '../../../src/domain/time.js';
import type { Channel } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { Notifier } from '../notifier.actor.js';
import { closeChannel } from './attempts.js';
import { ChannelTotals } from './channel-totals.js';
import type { Channels } from './channels.js';
import { ClosingNotices } from './closing-notice.js';

/** The actors that use the channels. */
interface Using {
  readonly notifier: Pick<Notifier, 'closingNotices' | 'rerouted' | 'channelsGone'>;
  readonly channels: Pick<Channels, 'replace'>;
}

interface ConfiguredChannelsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long closing notices under way may take when the daemon stops. */
  readonly patience: Millis;
}

/**
 * The channels of the process. They stay open, and their totals continue, while the actors that use them come and go.
 */
export class ConfiguredChannels {
  readonly totals = new ChannelTotals();
  readonly closingNotices: ClosingNotices;
  readonly #deps: ConfiguredChannelsDeps;
  #all: readonly Channel[];

  constructor(all: readonly Channel[], deps: ConfiguredChannelsDeps) {
    this.#all = all;
    this.#deps = deps;
    this.closingNotices = new ClosingNotices(deps);
  }

  get all(): readonly Channel[] {
    return this.#all;
  }

  /**
   * Replaces all channels. Alerts that wait for a channel that is gone become dead letters.
   *
   * @param using the actors that use them at present, if any
   */
  async replace(channels: readonly Channel[], using: Using | undefined): Promise<void> {
    const before = this.#all;
    this.#all = channels;
    if (using === undefined) {
      await this.#closeAll(before);
      return;
    }
    const replaced = using.channels.replace(channels, using.notifier.closingNotices());
    using.notifier.rerouted();
    await replaced;
    using.notifier.channelsGone();
  }

  /** Closes connections: the daemon is ending. Closing notices under way may end first. */
  async close(): Promise<void> {
    await this.closingNotices.end(this.#deps.patience);
    await this.#closeAll(this.#all);
  }

  async #closeAll(channels: readonly Channel[]): Promise<void> {
    await Promise.all(channels.map((channel) => closeChannel(channel, this.#deps.logger)));
  }
}
