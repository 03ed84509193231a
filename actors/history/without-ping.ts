import type { StatusEntry } from './history.protocol.js';

/** What waits for a disk that is full has no bodies of pings: they would fill the memory. */
export function withoutPing(entry: StatusEntry): StatusEntry {
  if (entry.pinged?.ping === undefined) return entry;
  const { ping: _, ...pinged } = entry.pinged;
  return { ...entry, pinged };
}
