import type { Clock } from '../ports/clock.js';
import { storeFailed } from './history/store-errors.js';
import { resolved, StoreEnd } from './store-end.js';
import type { StoreLocation } from './store-location.js';

export interface Compacted {
  readonly place: string;
  /** Bytes on disk. */
  readonly before: number;
  readonly after: number;
}

/** Every key. */
const ALL = [Buffer.of(0), Buffer.of(0xff)];

/**
 * Gives the space of what was deleted back to the file system.
 *
 * @throws HeartbeatError if the store is damaged, owned, or a database
 */
export async function compactStore(
  location: StoreLocation,
  { clock }: { readonly clock: Clock },
): Promise<Compacted> {
  const end = await StoreEnd.from(await resolved(location), clock);
  try {
    const { scrubbing } = await end.open();
    if (scrubbing === undefined)
      throw storeFailed(
        `${end.place.name} is compacted by its database: autovacuum reuses the space, and VACUUM FULL heartbeat.record gives it back`,
      );
    const before = await end.size();
    // As after an erasure of every key: unlike what is only reclaimed, that is merged before the store closes.
    await scrubbing.after(Promise.resolve([ALL]));
    // It ends once the files are merged.
    await end.reopen();
    end.refuseTrouble();
    if (scrubbing.isLeft)
      throw storeFailed(
        `${end.place.name} was not compacted: the last runs ended while its files were merged; another try merges them, or repair makes new ones`,
      );
    return { place: end.place.name, before, after: await end.size() };
  } finally {
    await end.close();
  }
}
