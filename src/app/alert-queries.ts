import { readAlerts } from '../../actors/notifier/outbox/alerts-reader.js';
import type { AlertsApi } from './api.js';
import type { Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Actors } from './assemble.js';

/** Queries and requests about alerts. */
export function alertQueries(
  { notifier, channels }: Pick<Actors, 'notifier' | 'channels'>,
  { store, clock }: { readonly store: Pick<HistoryStore, 'alerts'>; readonly clock: Pick<Clock, 'soon'> },
): AlertsApi {
  return {
    get channels() {
      return [...channels.actors.keys()];
    },
    list: (range) =>
      readAlerts(store, notifier.unstored, range, () => new Promise((resolve) => clock.soon(resolve))),
    command: (command) => {
      notifier.command(command);
    },
  };
}
