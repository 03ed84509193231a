import type { Actors } from './assemble.js';

/**
 * Resolves once everything that actors have submitted has reached history, so that a read misses nothing on its way.
 */
export function settled({
  shards,
  nodes,
  history,
}: Pick<Actors, 'history' | 'shards' | 'nodes'>): Promise<void> {
  shards.flush();
  nodes.flush();
  return history.caughtUp();
}
