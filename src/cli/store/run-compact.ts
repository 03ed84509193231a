import { SystemClock } from '../../adapters/clock/system-clock.js';
import { compactStore } from '../../adapters/compact-store.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { SUCCESS } from '../exit-codes.js';
import { exitCodeOf, type Streams } from './store-outcome.js';
import { count } from './progress.js';

/** Gives the space of what was deleted back. @returns the exit code */
export async function runCompact(
  location: StoreLocation,
  json: boolean,
  { stdout, stderr }: Streams,
): Promise<number> {
  return exitCodeOf(stderr, { locations: [location], canAsk: false }, async () => {
    const { place, before, after } = await compactStore(location, { clock: new SystemClock() });
    stdout.write(
      json
        ? `${JSON.stringify({ store: place, bytes_before: before, bytes_after: after })}\n`
        : `${place} takes ${count(after)} bytes; before, it took ${count(before)}\n`,
    );
    return SUCCESS;
  });
}
