import { readAlerts } from '../../actors/notifier/alerts-reader.js';
import type { AlertsDaemon } from '../http/alerts/daemon.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Cast } from './assemble.js';

/** What is asked of alerts. */
export function telling(
  { notifier, channels }: Pick<Cast, 'notifier' | 'channels'>,
  store: Pick<HistoryStore, 'alerts'>,
): AlertsDaemon {
  return {
    get channels() {
      return [...channels.actors.keys()];
    },
    list: (range) => readAlerts(store, notifier.unstored, range),
    command: (command) => {
      notifier.command(command);
    },
  };
}
