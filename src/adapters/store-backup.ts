import type { Clock } from '../ports/clock.js';
import type { BackupReader } from './history/backup/backup-reader.js';
import {
  restoreHistory,
  soundRecords,
  type RestoreProgress,
  type RestoreResult,
} from './history/backup/restore.js';
import { versionOf } from './history/copy.js';
import type { Records } from './history/merge.js';
import { resolved, StoreEnd } from './store-end.js';
import type { StoreLocation } from './store-location.js';

/**
 * Opens a store, as a daemon does, and gives its records to what writes a backup.
 *
 * @throws HeartbeatError if it holds no history or a damaged one, or a daemon owns it
 */
export async function withRecordsOf<Result>(
  location: StoreLocation,
  { clock }: { readonly clock: Clock },
  use: (records: Records, from: string) => Promise<Result>,
): Promise<Result> {
  const source = await StoreEnd.from(await resolved(location), clock);
  try {
    const store = await source.open();
    await versionOf({ place: source.place, store });
    const result = await use(soundRecords(store.snapshot()), source.place.name);
    source.refuseTrouble();
    return result;
  } finally {
    await source.close();
  }
}

/**
 * Restores a backup into an empty location, or goes on with one that was interrupted.
 *
 * @throws HeartbeatError if the backup is damaged, or the location is not empty
 */
export async function restoreStore(
  location: StoreLocation,
  backup: BackupReader,
  { clock, progress }: { readonly clock: Clock; readonly progress: RestoreProgress },
): Promise<RestoreResult & { readonly to: string }> {
  const target = await StoreEnd.to(await resolved(location), clock);
  try {
    const end = { place: target.place, store: await target.open() };
    const result = await restoreHistory(backup, end, () => target.reopen(), progress);
    target.refuseTrouble();
    return { to: target.place.name, ...result };
  } finally {
    await target.close();
  }
}
