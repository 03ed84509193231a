import { ALERT_TYPES } from '../../src/domain/alert.js';
import type { AlertMessage, Channel } from '../../src/ports/channel.js';

/** A channel that delivers whatever it is handed, and remembers it. */
export function recordingChannel(name: string): {
  readonly channel: Channel;
  readonly told: readonly AlertMessage[];
} {
  const told: AlertMessage[] = [];
  const policy = {
    name,
    kind: 'fake',
    events: ALERT_TYPES,
    concurrency: 4,
    attemptTimeout: 10_000,
    retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
  };
  const notifier = {
    notify: (message: AlertMessage) => {
      told.push(message);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return { channel: { policy, notifier }, told };
}
