import type { Millis } from '../../src/domain/time.js';
import type { Channel } from '../../src/ports/channel.js';
import type { ChannelDeps } from './channel/channel.actor.js';
import { Channels } from './channel/channels.js';
import { makeNotifierParts, type NotifierPartsDeps, type NotifierPartsOptions } from './notifier-parts.js';
import { Notifier, type NotifierDeps } from './notifier.actor.js';

export interface AlertsOptions extends Omit<NotifierPartsOptions, 'channels'> {
  readonly restarts: NotifierDeps['restarts'];
  readonly channelRestarts: ChannelDeps['restarts'];
  /** How long attempts under way may take when the daemon stops. */
  readonly patience: Millis;
}

export type AlertsDeps = Omit<NotifierPartsDeps, 'channels' | 'committed'> &
  Omit<NotifierDeps, 'channels' | 'restarts'> &
  Pick<ChannelDeps, 'closingNotices'>;

/** Makes the notifier, and an actor for each channel. Nothing runs before they are started. */
export function createNotifier(
  channels: readonly Channel[],
  options: AlertsOptions,
  deps: AlertsDeps,
): { readonly notifier: Notifier; readonly channels: Channels } {
  const { system, clock, logger, random, totals, closingNotices } = deps;
  const childDeps: ChannelDeps = {
    system,
    clock,
    logger,
    random,
    totals,
    closingNotices,
    restarts: options.channelRestarts,
    patience: options.patience,
    progress: (channel, progress) => {
      notifier.progress(channel, progress);
    },
  };
  const all = new Channels(channels, childDeps);
  const parts = makeNotifierParts(
    {
      ...options,
      channels: all.policies,
      // It may change while the daemon runs.
      get unstored() {
        return options.unstored;
      },
    },
    {
      ...deps,
      channels: all.actors,
      committed: (records) => {
        notifier.committed(records, false);
      },
    },
  );
  const notifier = new Notifier(parts, { ...deps, restarts: options.restarts, channels: all.actors });
  return { notifier, channels: all };
}
