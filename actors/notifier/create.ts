import { millis } from '../../src/domain/time.js';
import type { Channel } from '../../src/ports/channel.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { Books } from './channel/channel-totals.js';
import type { ChannelSurroundings } from './channel/channel.actor.js';
import { Channels } from './channel/channels.js';
import { Notifier, type NotifierOptions, type NotifierSurroundings } from './notifier.actor.js';

type Restarts = Pick<SupervisorPolicy, 'intensity' | 'period'>;

export interface AlertsOptions extends Omit<NotifierOptions, 'channels'> {
  readonly channelRestarts: Restarts;
  /** Seconds that attempts under way may take when the daemon stops. */
  readonly patience: number;
}

/** Makes the notifier, and an actor for each channel. Nothing runs before they are started. */
export function createNotifier(
  channels: readonly Channel[],
  options: AlertsOptions,
  around: Omit<NotifierSurroundings, 'channels' | 'books'>,
): { readonly notifier: Notifier; readonly channels: Channels } {
  const { system, clock, logger, random } = around;
  const books = new Books();
  const surroundings: ChannelSurroundings = {
    system,
    clock,
    logger,
    random,
    books,
    restarts: options.channelRestarts,
    patience: millis(options.patience),
    progress: (channel, progress) => {
      notifier.progress(channel, progress);
    },
  };
  const all = new Channels(channels, surroundings);
  const notifier = new Notifier(
    {
      ...options,
      channels: all.policies,
      // It may change while the daemon runs.
      get unstored() {
        return options.unstored;
      },
    },
    { ...around, books, channels: all.actors },
  );
  return { notifier, channels: all };
}
