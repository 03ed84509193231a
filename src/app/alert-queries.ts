import { readAlerts } from '../../actors/notifier/outbox/alerts-reader.js';
import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { AlertsApi } from './api/alerts-api.js';
import type { Clock } from '../ports/clock.js';
import type { Actors } from './assemble.js';
import type { AppPorts } from './ports.js';

/** Queries and requests about alerts. */
export function alertQueries(
  { home, channels }: Pick<Actors, 'home' | 'channels'>,
  clock: Pick<Clock, 'soon'>,
  previewChannel: AppPorts['previewChannel'],
): AlertsApi {
  const turn = (): Promise<void> => new Promise((resolve) => clock.soon(resolve));
  return {
    get channels() {
      return channels.all.map(({ policy }) => policy.name);
    },
    async *list(range) {
      const { reads, watch } = home.answering;
      if (watch !== undefined) yield* readAlerts(reads, watch.notifier.unstored, range, turn);
    },
    preview: async (name) => {
      const channel = channels.all.find(({ policy }) => policy.name === name);
      if (channel === undefined) return undefined;
      return { kind: channel.policy.kind, previews: (await previewChannel?.(name)) ?? [] };
    },
    command: (command) => {
      if (home.watch === undefined) command.answered(DOWN);
      else home.watch.notifier.command(command);
    },
  };
}
