import type { Actors } from './assemble.js';

/** Whatever an actor has submitted is history's by then, so nothing is missed on its way. */
export function settled({
  shards,
  nodes,
  history,
}: Pick<Actors, 'history' | 'shards' | 'nodes'>): Promise<void> {
  shards.flush();
  nodes.flush();
  return history.caughtUp();
}
