import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { StatusPagesApi } from './api/pages-api.js';
import type { Actors } from './assemble.js';

/** Status pages that were made through the API, and what people wrote on all of them. */
export function statusPageQueries({ home }: Pick<Actors, 'home'>): StatusPagesApi {
  return {
    get pages() {
      return home.answering.watch?.statusPages.pages ?? [];
    },
    incidentsOf: (page) => home.answering.watch?.statusPages.incidentsOf(page) ?? [],
    requestIncident: (request, answered) => {
      if (home.watch === undefined) answered(DOWN);
      else home.watch.statusPages.requestIncident(request, answered);
    },
    requestPage: (request, answered) => {
      if (home.watch === undefined) answered(DOWN);
      else home.watch.statusPages.requestPage(request, answered);
    },
  };
}
