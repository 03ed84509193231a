import type { BlindInterval } from '../../domain/blindness.js';
import type { Instant } from '../../domain/time.js';
import { entries, firstEntry, type Batch } from './sealed-store.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import { blindBefore, blindFrom, blindIntervals } from './session-codec.js';

/** Newest first. */
export async function storedBlindness(store: OrderedStore, limit: number): Promise<readonly BlindInterval[]> {
  const intervals: BlindInterval[] = [];
  for await (const chunk of entries(store, blindIntervals, { reverse: true, limit })) {
    intervals.push(...intervalsIn(chunk));
  }
  return intervals;
}

/** Those that overlap a range, oldest first. */
export async function* blindnessBetween(
  store: OrderedStore,
  from: Instant,
  to: Instant,
): AsyncGenerator<readonly BlindInterval[]> {
  // They do not overlap: of those that began earlier, only the last may reach into the range.
  const before = await firstEntry(store, blindBefore(from), { reverse: true });
  const goneOn = before !== undefined && (blindFrom(...before)?.to ?? from) > from;
  const gte = goneOn ? before[0] : blindBefore(from).lt;
  for await (const chunk of entries(store, { gte, lt: blindBefore(to).lt })) yield intervalsIn(chunk);
}

/**
 * Removes at most `limit` of the oldest: those that ended before `before`, and `excess` of them in any case.
 *
 * @returns how many were removed
 */
export async function addBlindPruning(
  store: OrderedStore,
  batch: Batch,
  { before, excess, limit }: { readonly before: Instant; readonly excess: number; readonly limit: number },
): Promise<number> {
  let removed = 0;
  for await (const chunk of entries(store, blindIntervals, { limit })) {
    for (const [key, value] of chunk) {
      const isOld = (blindFrom(key, value)?.to ?? before) < before;
      if (!isOld && removed >= excess) return removed;
      batch.del(key);
      removed++;
    }
  }
  return removed;
}

export async function countBlindness(store: OrderedStore): Promise<number> {
  let count = 0;
  for await (const chunk of store.entries(blindIntervals)) count += chunk.length;
  return count;
}

function intervalsIn(chunk: readonly [Buffer, Buffer][]): readonly BlindInterval[] {
  return chunk.flatMap(([key, value]) => blindFrom(key, value) ?? []);
}
