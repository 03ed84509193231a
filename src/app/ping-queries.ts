import type { PingsApi } from './api/nodes-api.js';
import type { Actors } from './assemble.js';
import { notHere } from './partition-run.js';
import type { Watch } from './watch.js';

/**
 * Whose job pings are.
 *
 * @param bodyLimit how much is kept of the body of a ping, in bytes
 */
export function pingQueries({ home }: Pick<Actors, 'home'>, bodyLimit: number): PingsApi {
  const watch = (): Watch => {
    const found = home.answering.watch;
    if (found === undefined) throw notHere(home.id);
    return found;
  };
  return {
    bodyLimit,
    uuidOf: (node) => watch().pingUuids.of(node),
    withUuid: async (uuid) => home.answering.store.nodeOfPing(uuid),
    async *kept(node, before) {
      yield* home.answering.store.pings(node, before);
    },
    body: async (node, n) => home.answering.store.pingBody(node, n),
    withSlug: (slug) => watch().nodes.withSlug(slug),
  };
}
