import type { Clock } from '../ports/clock.js';
import { copyHistory, type CopyProgress, type CopyResult } from './history/copy.js';
import { areOne, resolved, StoreEnd } from './store-end.js';
import type { StoreLocation } from './store-location.js';
import { storeFailed } from './history/store-errors.js';

export interface CopyDeps {
  readonly clock: Clock;
  readonly progress: CopyProgress;
}

export interface StoreCopy extends CopyResult {
  readonly from: string;
  readonly to: string;
}

/**
 * Copies the history of one location to another. Both are owned meanwhile, as by a daemon.
 *
 * @throws HeartbeatError
 */
export async function copyStore(
  from: StoreLocation,
  to: StoreLocation,
  { clock, progress }: CopyDeps,
): Promise<StoreCopy> {
  const [sourceAt, targetAt] = [await resolved(from), await resolved(to)];
  const source = await StoreEnd.from(sourceAt, clock);
  const target = await StoreEnd.to(targetAt, clock);
  if (areOne(sourceAt, targetAt))
    throw storeFailed(
      `${source.place.name} and ${target.place.name} are the same place, or one is in the other`,
    );
  try {
    const ends = [
      { place: source.place, store: await source.open() },
      { place: target.place, store: await target.open() },
    ] as const;
    const result = await copyHistory(...ends, () => target.reopen(), progress);
    source.refuseTrouble();
    target.refuseTrouble();
    return { from: source.place.name, to: target.place.name, ...result };
  } finally {
    await target.close();
    await source.close();
  }
}
