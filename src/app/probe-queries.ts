import type { ProbesApi } from './api/nodes-api.js';
import type { Actors } from './assemble.js';

/** What the probes of nodes have found. */
export function probeQueries({ home }: Pick<Actors, 'home'>): ProbesApi {
  return { resultsOf: (node) => home.watch?.probes.resultsOf(node) ?? [] };
}
