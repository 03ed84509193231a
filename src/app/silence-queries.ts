import type { SilenceTable } from '../../actors/notifier/silences/silence-table.js';
import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { Actors } from './assemble.js';
import type { SilencedInterval } from '../domain/silence.js';
import type { Clock } from '../ports/clock.js';
import { Slices } from '../runtime/slices.js';
import type { SilencesApi } from './api/alerts-api.js';

/** Queries and requests about silences. */
export function silenceQueries(
  { home }: Pick<Actors, 'home'>,
  clock: Pick<Clock, 'now' | 'wall' | 'soon'>,
): SilencesApi {
  const slices = new Slices(clock);
  const table = (): SilenceTable | undefined => home.answering.watch?.notifier.silences;
  return {
    list: (isMaintenance = false) =>
      (table()?.all() ?? []).filter(({ maintenance }) => (maintenance !== undefined) === isMaintenance),
    get: (id) => table()?.get(id),
    usesLink: (id) => table()?.usesLink(id) ?? false,
    command: (command) => {
      if (home.watch === undefined) command.answered(DOWN);
      else home.watch.notifier.command(command);
    },
    of: (node) => home.watch?.notifier.silences.of(node) ?? [],
    maintenance: () => (table()?.maintenance() ?? []).filter(({ endsAt }) => endsAt > clock.wall()),
    maintenanceOf: (node) => home.watch?.notifier.silences.maintenanceOf(node),
    intervalsOf: async (node, range) => {
      const intervals: SilencedInterval[] = [];
      const work = slices.begin();
      for (const interval of home.watch?.notifier.silences.intervalsOf(node, range) ?? []) {
        if (interval !== undefined) intervals.push(interval);
        if (work.isOver) await work.next();
      }
      return intervals.sort((a, b) => a.from - b.from);
    },
  };
}
