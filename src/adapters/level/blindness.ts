import type { BlindInterval } from '../../domain/blindness.js';
import type { Instant } from '../../domain/time.js';
import { blindBefore, blindFrom, blindIntervals } from './codec.js';
import { entries, type Database } from './database.js';

/** Newest first. */
export async function storedBlindness(db: Database, limit: number): Promise<readonly BlindInterval[]> {
  const intervals: BlindInterval[] = [];
  for await (const chunk of entries(db, blindIntervals, { reverse: true, limit })) {
    for (const [key, value] of chunk) {
      const interval = blindFrom(key, value);
      if (interval !== undefined) intervals.push(interval);
    }
  }
  return intervals;
}

/** Those that overlap with a range. */
export async function blindnessBetween(
  db: Database,
  from: Instant,
  to: Instant,
): Promise<readonly BlindInterval[]> {
  const found: BlindInterval[] = [];
  for await (const chunk of entries(db, blindBefore(to), { reverse: true })) {
    for (const [key, value] of chunk) {
      const interval = blindFrom(key, value);
      if (interval === undefined) continue;
      // They come one after the other: what began sooner was over sooner.
      if (interval.to <= from) return found;
      found.push(interval);
    }
  }
  return found;
}
