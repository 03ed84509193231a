import { ALERT_TYPES } from '../../src/domain/alert.js';
import type { AlertMessage, Channel } from '../../src/ports/channel.js';

/** A channel that remembers what it is handed, and delivers it unless it fails. */
interface RecordingChannel {
  readonly channel: Channel;
  readonly told: readonly AlertMessage[];
  fails: boolean;
  /** How often it was closed. */
  readonly closed: number;
}

export function recordingChannel(name: string): RecordingChannel {
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
      return recording.fails ? Promise.reject(new Error('it fails')) : Promise.resolve();
    },
    close: () => {
      recording.closed++;
      return Promise.resolve();
    },
  };
  const recording = { channel: { policy, notifier }, told, fails: false, closed: 0 };
  return recording;
}
