import type { SilenceTable } from '../../actors/notifier/silences/silence-table.js';
import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { Actors } from './assemble.js';
import type { SilencesApi } from './api.js';

/** Queries and requests about silences. */
export function silenceQueries({ home }: Pick<Actors, 'home'>): SilencesApi {
  const table = (): SilenceTable | undefined => home.answering.watch?.notifier.silences;
  return {
    list: () => (table()?.all() ?? []).filter(({ maintenance }) => maintenance === undefined),
    get: (id) => table()?.get(id),
    command: (command) => {
      if (home.watch === undefined) command.answered(DOWN);
      else home.watch.notifier.command(command);
    },
    of: (node) => home.watch?.notifier.silences.of(node) ?? [],
    maintenanceOf: (node) => home.watch?.notifier.silences.maintenanceOf(node),
    intervalsOf: (node) => home.watch?.notifier.silences.intervalsOf(node) ?? [],
  };
}
