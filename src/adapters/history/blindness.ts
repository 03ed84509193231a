import type { BlindInterval } from '../../domain/blindness.js';
import type { Instant } from '../../domain/time.js';
import { blindBefore, blindFrom, blindIntervals } from './session-codec.js';
import { bareEntries, entries, firstEntry, type Batch, type Database } from '../level/database.js';

/** Newest first. */
export async function storedBlindness(db: Database, limit: number): Promise<readonly BlindInterval[]> {
  const intervals: BlindInterval[] = [];
  for await (const chunk of entries(db, blindIntervals, { reverse: true, limit })) {
    intervals.push(...intervalsIn(chunk));
  }
  return intervals;
}

/** Those that overlap a range, oldest first. */
export async function* blindnessBetween(
  db: Database,
  from: Instant,
  to: Instant,
): AsyncGenerator<readonly BlindInterval[]> {
  // They do not overlap: of those that began earlier, only the last may reach into the range.
  const before = await firstEntry(db, blindBefore(from), { reverse: true });
  const goneOn = before !== undefined && (blindFrom(...before)?.to ?? from) > from;
  const gte = goneOn ? before[0] : blindBefore(from).lt;
  for await (const chunk of entries(db, { gte, lt: blindBefore(to).lt })) yield intervalsIn(chunk);
}

/**
 * Removes at most `limit` of the oldest: those that ended before `before`, and `excess` of them in any case.
 *
 * @returns how many were removed
 */
export async function addBlindPruning(
  db: Database,
  batch: Batch,
  { before, excess, limit }: { readonly before: Instant; readonly excess: number; readonly limit: number },
): Promise<number> {
  let removed = 0;
  for await (const chunk of entries(db, blindIntervals, { limit })) {
    for (const [key, value] of chunk) {
      const isOld = (blindFrom(key, value)?.to ?? before) < before;
      if (!isOld && removed >= excess) return removed;
      batch.del(key);
      removed++;
    }
  }
  return removed;
}

export async function countBlindness(db: Database): Promise<number> {
  let count = 0;
  for await (const chunk of bareEntries(db, blindIntervals)) count += chunk.length;
  return count;
}

function intervalsIn(chunk: readonly [Buffer, Buffer][]): readonly BlindInterval[] {
  return chunk.flatMap(([key, value]) => blindFrom(key, value) ?? []);
}
