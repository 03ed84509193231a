import type { Instant } from '../../domain/time.js';
import { entries, type Batch } from './sealed-store.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import { keyOfPast, pastBound, pastInstant } from './node-past-codec.js';
import { endedBound, endOf, sessionKeyOf, textEndedBound } from './session-codec.js';

/** An index of records by the instant that decides their age. */
export interface AgeIndex {
  /** Where entries of an instant begin. */
  readonly bound: (at: number) => Buffer;
  /** The record's key for an entry. */
  readonly keyOf: (entry: Buffer) => Buffer;
  readonly instantOf: (entry: Buffer) => Instant;
}

/** Sessions, by their end. */
export const sessionsByEnd: AgeIndex = { bound: endedBound, keyOf: sessionKeyOf, instantOf: endOf };

/** Sessions of users whose ids are no integers. */
export const textSessionsByEnd: AgeIndex = { ...sessionsByEnd, bound: textEndedBound };

/** Flips, and pauses that are over. */
export const pastOfNodes: AgeIndex = { bound: pastBound, keyOf: keyOfPast, instantOf: pastInstant };

/**
 * Removes records older than an instant.
 *
 * @param limit the most records
 * @param prunedBefore nothing is older than this
 * @returns also the instant of the last one, if any was removed
 */
export async function addPruning(
  store: OrderedStore,
  batch: Batch,
  { bound, keyOf, instantOf }: AgeIndex,
  {
    before,
    limit,
    prunedBefore,
  }: { readonly before: Instant; readonly limit: number; readonly prunedBefore: number },
): Promise<{ readonly removed: number; readonly last: number; readonly prunedBefore: number }> {
  let removed = 0;
  let last = prunedBefore;
  for await (const chunk of entries(store, { gte: bound(prunedBefore), lt: bound(before) }, { limit })) {
    for (const [entry] of chunk) {
      batch.del(entry);
      batch.del(keyOf(entry));
      last = instantOf(entry);
    }
    removed += chunk.length;
  }
  return { removed, last, prunedBefore: removed < limit ? Math.max(last, before) : last };
}
