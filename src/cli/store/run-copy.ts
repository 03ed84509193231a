import { SystemClock } from '../../adapters/clock/system-clock.js';
import { copyStore, type StoreCopy } from '../../adapters/copy-store.js';
import type { StoreLocation } from '../../adapters/store-location.js';
import { SUCCESS } from '../exit-codes.js';
import { count, progressOn } from './progress.js';
import { exitCodeOf, type Streams } from './store-outcome.js';

/** Copies a history, and shows the progress and the result. @returns the exit code */
export async function runCopy(
  source: StoreLocation,
  target: StoreLocation,
  json: boolean,
  { stdout, stderr }: Streams,
): Promise<number> {
  const progress = progressOn(stderr);
  try {
    return await exitCodeOf(stderr, { locations: [source, target], canAsk: false }, async () => {
      const copied = await copyStore(source, target, { clock: new SystemClock(), progress: progress.show });
      progress.end();
      stdout.write(json ? `${JSON.stringify({ ...copied, verified: true })}\n` : shown(copied));
      return SUCCESS;
    });
  } finally {
    progress.end();
  }
}

function shown({ from, to, records, written, checksum }: StoreCopy): string {
  return (
    `${count(written)} of ${count(records)} records were written from ${from} to ${to}\n` +
    `verified: both have the same ${count(records)} records, sha256 ${checksum}\n`
  );
}
