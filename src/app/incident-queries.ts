import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { IncidentsApi } from './api/pages-api.js';
import type { Actors } from './assemble.js';

/** What people wrote for status pages. */
export function incidentQueries({ home }: Pick<Actors, 'home'>): IncidentsApi {
  return {
    of: (page) => home.answering.watch?.incidents.of(page) ?? [],
    request: (request, answered) => {
      if (home.watch === undefined) answered(DOWN);
      else home.watch.incidents.request(request, answered);
    },
  };
}
