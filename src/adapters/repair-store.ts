import type { Entry, OrderedStore } from '../ports/ordered-store.js';
import { refuseOther } from './history/backup/restore.js';
import { COPYING_KEY, RESTORING } from './history/format.js';
import { INDEX_KINDS } from './history/indexes.js';
import { isOfCopy, recordsOf } from './history/merge.js';
import { mendContents } from './history/salvage.js';
import { Batch, SYNCED } from './history/sealed-store.js';
import { putVersion } from './history/upgrade.js';
import { areOne, resolved, StoreEnd } from './store-end.js';
import type { StoreLocation } from './store-location.js';
import { verifyStore, type Verified, type VerifyDeps } from './verify-store.js';
import { storeFailed } from './history/store-errors.js';

export interface Repaired extends Verified {
  readonly to: string;
  /** Records in the repaired store, without its indexes. */
  readonly saved: number;
}

/**
 * Writes what can be read of a damaged store to an empty one, with new indexes and counts, and tells of what is wrong. The
 * damaged store is not changed.
 *
 * @throws HeartbeatError if the target is not empty, or one of the two cannot be opened
 */
export async function repairStore(
  from: StoreLocation,
  to: StoreLocation,
  deps: Omit<VerifyDeps, 'sound'>,
): Promise<Repaired> {
  const [source, location] = [await resolved(from), await resolved(to)];
  if (areOne(source, location)) throw storeFailed('the repaired store must be in another place');
  const target = await StoreEnd.to(location, deps.clock);
  try {
    const store = await target.open();
    await refuseOther({ store, place: target.place });
    await begin(store);
    let saved = 0;
    const sound = async (records: readonly Entry[]): Promise<void> => {
      const batch = new Batch(store);
      for (const [key, value] of records) {
        if (isOfCopy(key) || INDEX_KINDS.includes(key[0] ?? 0)) continue;
        batch.putBare(key, value);
        saved++;
      }
      await batch.writeOrClose(SYNCED);
    };
    const verified = await verifyStore(source, { ...deps, sound });
    if (saved === 0) throw storeFailed(`nothing in ${verified.place} can be read: restore a backup`);
    saved -= (await mendContents(store)).length;
    await putVersion(new Batch(store)).del(COPYING_KEY).write(SYNCED);
    target.refuseTrouble();
    return { ...verified, to: target.place.name, saved };
  } finally {
    await target.close();
  }
}

/** Marks the target, and removes what an interrupted repair has left in it. */
async function begin(store: OrderedStore): Promise<void> {
  await new Batch(store).put(COPYING_KEY, RESTORING).write(SYNCED);
  for await (const chunk of recordsOf(store)) {
    const batch = new Batch(store);
    for (const [key] of chunk) if (!key.equals(COPYING_KEY)) batch.del(key);
    await batch.writeOrClose(SYNCED);
  }
}
