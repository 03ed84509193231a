import { HeartbeatError } from '../../../errors.js';
import type { Entry, OrderedStore, StorePlace } from '../../../ports/ordered-store.js';
import { isSound } from '../checksum.js';
import { unfinished, type CopyEnd } from '../copy.js';
import { Digest } from '../digest.js';
import { COPYING_KEY, EVERYTHING, RESTORING } from '../format.js';
import { isOfCopy, PORTION, recordsOf, writeMissing, type Records } from '../merge.js';
import { nameOfRecord } from '../record-name.js';
import { Batch, get, SYNCED } from '../sealed-store.js';
import { putVersion, readFormat } from '../upgrade.js';
import type { BackupReader } from './backup-reader.js';
import { storeFailed } from '../store-errors.js';

export interface RestoreResult {
  readonly records: number;
  /** Records that the target did not have: fewer than all if it goes on after an interruption. */
  readonly written: number;
  readonly checksum: string;
}

export type RestoreProgress = (phase: 'restoring' | 'verifying', records: number, total?: number) => void;

/**
 * Writes the records of a backup to an empty store. A mark says that it is not finished, so that no daemon starts on it,
 * and the next one goes on: it writes what is missing.
 *
 * @param reopen closes the target and opens it again, so that what is verified was stored
 * @throws HeartbeatError if the backup is damaged, or the target holds anything else
 */
export async function restoreHistory(
  backup: BackupReader,
  target: CopyEnd,
  reopen: () => Promise<OrderedStore>,
  progress: RestoreProgress,
): Promise<RestoreResult> {
  await refuseOther(target);
  const { store, place } = target;
  await new Batch(store).put(COPYING_KEY, RESTORING).write(SYNCED);
  const written = await writeMissing(soundRecords(backup.records()), store, (records) => {
    progress('restoring', records);
  });
  const { records, sha256 } = backup.end;
  const restored = await reopen();
  const digest = new Digest();
  for await (const chunk of recordsOf(restored)) {
    for (const entry of chunk) if (!isOfCopy(entry[0])) digest.add(entry);
    progress('verifying', digest.records, records);
  }
  if (digest.records !== records || digest.end() !== sha256)
    throw storeFailed(`${place.name} is not the same as the backup: restore it again`);
  await putVersion(new Batch(restored), backup.format).del(COPYING_KEY).write(SYNCED);
  return { records, written, checksum: sha256 };
}

/** Only an empty store takes a backup, or one whose restore was interrupted. */
export async function refuseOther({ store, place }: CopyEnd): Promise<void> {
  const mark = await get(store, COPYING_KEY);
  if (mark?.equals(RESTORING) === true) return;
  const other = await unfinished({ store, place });
  if (other !== undefined) throw other;
  if ((await readFormat(store, place)) !== 'none') throw notEmpty(place);
  for await (const _ of store.entries(EVERYTHING, { limit: 1 })) throw notEmpty(place);
}

/** @throws HeartbeatError at the first record whose value does not fit its checksum */
export async function* soundRecords(records: AsyncIterable<Entry[]>): Records {
  for await (const chunk of records) {
    for (const [key, value] of chunk) if (!isOfCopy(key) && !isSound(key, value)) throw damaged(key);
    // Small enough for the progress to be seen.
    for (let at = 0; at < chunk.length; at += PORTION) yield chunk.slice(at, at + PORTION);
  }
}

function damaged(key: Buffer): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the ${nameOfRecord(key)} is damaged (key \\x${key.toString('hex')}): see heartbeat store verify`,
  );
}

function notEmpty({ name }: StorePlace): HeartbeatError {
  return storeFailed(`${name} is not empty: choose an empty one`);
}
