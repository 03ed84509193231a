import { readAlerts } from '../../actors/notifier/outbox/alerts-reader.js';
import type { AlertsApi } from './api.js';
import type { Clock } from '../ports/clock.js';
import type { Actors } from './assemble.js';

/** Queries and requests about alerts. */
export function alertQueries(
  { home, watch }: Pick<Actors, 'home' | 'watch'>,
  clock: Pick<Clock, 'soon'>,
): AlertsApi {
  const { notifier, channels } = watch;
  return {
    get channels() {
      return [...channels.actors.keys()];
    },
    list: (range) =>
      readAlerts(home.reads, notifier.unstored, range, () => new Promise((resolve) => clock.soon(resolve))),
    command: (command) => {
      notifier.command(command);
    },
  };
}
