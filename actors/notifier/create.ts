import type { Millis } from '../../src/domain/time.js';
import type { Channel } from '../../src/ports/channel.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { ChannelTotals } from './channel/channel-totals.js';
import type { ChannelDeps } from './channel/channel.actor.js';
import { Channels } from './channel/channels.js';
import { Notifier, type NotifierOptions, type NotifierDeps } from './notifier.actor.js';

type Restarts = Pick<SupervisorPolicy, 'intensity' | 'period'>;

export interface AlertsOptions extends Omit<NotifierOptions, 'channels'> {
  readonly channelRestarts: Restarts;
  /** How long attempts under way may take when the daemon stops. */
  readonly patience: Millis;
}

/** Makes the notifier, and an actor for each channel. Nothing runs before they are started. */
export function createNotifier(
  channels: readonly Channel[],
  options: AlertsOptions,
  deps: Omit<NotifierDeps, 'channels' | 'totals'>,
): { readonly notifier: Notifier; readonly channels: Channels } {
  const { system, clock, logger, random } = deps;
  const totals = new ChannelTotals();
  const childDeps: ChannelDeps = {
    system,
    clock,
    logger,
    random,
    totals,
    restarts: options.channelRestarts,
    patience: options.patience,
    progress: (channel, progress) => {
      notifier.progress(channel, progress);
    },
  };
  const all = new Channels(channels, childDeps);
  const notifier = new Notifier(
    {
      ...options,
      channels: all.policies,
      // It may change while the daemon runs.
      get unstored() {
        return options.unstored;
      },
    },
    { ...deps, totals, channels: all.actors },
  );
  return { notifier, channels: all };
}
