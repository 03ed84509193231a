import { HeartbeatError } from '../../errors.js';
import type { Entry, OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import { isSound } from './checksum.js';
import { COPYING_KEY, EVERYTHING, FORMAT_KEY, RESTORING, VERSION_KEY } from './format.js';
import { Digest } from './digest.js';
import { isOfCopy, pairs, PORTION, recordsOf, writeMissing } from './merge.js';
import { nameOfRecord } from './record-name.js';
import { Batch, get, SYNCED } from './sealed-store.js';
import { readFormat } from './upgrade.js';
import { storeFailed } from './store-errors.js';

/** One end of a copy: a store that this process owns. */
export interface CopyEnd {
  readonly place: StorePlace;
  readonly store: OrderedStore;
}

export type CopyPhase = 'checking' | 'copying' | 'verifying';

/** @param total undefined while it is being counted */
export type CopyProgress = (phase: CopyPhase, records: number, total: number | undefined) => void;

export interface CopyResult {
  /** Records in each of the two stores. */
  readonly records: number;
  /** Records that the target did not have, or not like this. */
  readonly written: number;
  /** SHA-256 over all keys and values, as it was computed of what the target gave back. */
  readonly checksum: string;
}

/**
 * Copies all records with their checksums as they are. A mark in the target says that the copy is not finished, so that
 * no daemon starts on it, and the next copy goes on: it reads both and writes what is missing.
 *
 * @param reopen closes the target and opens it again, so that what is verified was stored
 * @throws HeartbeatError if the source is damaged, or the target holds anything else
 */
export async function copyHistory(
  source: CopyEnd,
  target: CopyEnd,
  reopen: () => Promise<OrderedStore>,
  progress: CopyProgress,
): Promise<CopyResult> {
  const version = await versionOf(source);
  const stage = await stageOf(target, source);
  const total = await check(source, progress);
  if (stage === 'empty') await begin(target, source);
  const isFinished = stage === 'finished';
  let written = isFinished
    ? 0
    : await writeMissing(recordsOf(source.store), target.store, (records) => {
        progress('copying', records, total);
      });
  const copy = { ...target, store: await reopen() };
  const checksum = await verify(source, copy, progress, total, isFinished);
  if (!isFinished) {
    const batch = new Batch(copy.store);
    for (const [key, value] of version) batch.putBare(key, value);
    await batch.del(COPYING_KEY).write(SYNCED);
    written += version.length;
  }
  const stored = await copy.store.getMany(version.map(([key]) => key));
  if (!version.every(([, value], index) => stored[index]?.equals(value) === true)) throw otherData(copy);
  return { records: total + version.length, written, checksum };
}

/** The records that make a history of it. They are written last. */
export async function versionOf({ store, place }: CopyEnd): Promise<Entry[]> {
  const format = await readFormat(store, place);
  if (format === 'none')
    throw (await unfinished({ store, place })) ?? storeFailed(`there is no history in ${place.name}`);
  if (format === 'older')
    throw storeFailed(`the history in ${place.name} has an older format: start the daemon on it once`);
  const keys = [VERSION_KEY, FORMAT_KEY];
  const values = await store.getMany(keys);
  return keys.flatMap((key, index): Entry[] => {
    const value = values[index];
    return value === undefined ? [] : [[key, value]];
  });
}

/** Where the copy to a target stands. A history of its own can only be a copy that was finished. */
async function stageOf(target: CopyEnd, { place: from }: CopyEnd): Promise<'empty' | 'begun' | 'finished'> {
  const { store, place } = target;
  const mark = await get(store, COPYING_KEY);
  if (mark?.equals(Buffer.from(from.name)) === true) return 'begun';
  const other = await unfinished(target);
  if (other !== undefined) throw other;
  if ((await readFormat(store, place)) !== 'none') return 'finished';
  for await (const _ of store.entries(EVERYTHING, { limit: 1 })) throw otherData({ place });
  return 'empty';
}

/** Marks the target, so that it passes for nothing else. */
async function begin({ store }: CopyEnd, { place: from }: CopyEnd): Promise<void> {
  await new Batch(store).put(COPYING_KEY, Buffer.from(from.name)).write(SYNCED);
}

export async function unfinished({ store, place }: CopyEnd): Promise<HeartbeatError | undefined> {
  const mark = await get(store, COPYING_KEY);
  if (mark === undefined) return undefined;
  const [what, command] = mark.equals(RESTORING)
    ? ['restore', 'restore']
    : [`copy of ${mark.toString()}`, 'copy'];
  return storeFailed(
    `${place.name} holds an unfinished ${what}: finish it with heartbeat store ${command}, or choose another store`,
  );
}

/** @returns how many records there are */
async function check({ store, place }: CopyEnd, progress: CopyProgress): Promise<number> {
  let records = 0;
  for await (const chunk of recordsOf(store)) {
    for (const [key, value] of chunk) {
      if (isOfCopy(key)) continue;
      if (!isSound(key, value)) throw damaged(place, key);
      records++;
    }
    progress('checking', records, undefined);
  }
  return records;
}

/**
 * Compares every key and value, and the number and the checksum of all.
 *
 * @param isFinished a difference means that the target was never a copy, or is one no more
 */
async function verify(
  source: CopyEnd,
  target: CopyEnd,
  progress: CopyProgress,
  total: number,
  isFinished: boolean,
): Promise<string> {
  const original = new Digest();
  const copy = new Digest();
  for await (const [from, to] of pairs(recordsOf(source.store), recordsOf(target.store))) {
    if (from === undefined || to?.[1].equals(from[1]) !== true)
      throw isFinished ? otherData(target) : notTheSame(target, from?.[0] ?? to?.[0]);
    original.add(from);
    copy.add(to);
    if (copy.records % PORTION === 0) progress('verifying', copy.records, total);
  }
  const sums = [original.end(), copy.end()];
  if (copy.records !== total || original.records !== total || sums[0] !== sums[1])
    throw notTheSame(target, undefined);
  progress('verifying', total, total);
  return copy.end();
}

function damaged(place: StorePlace, key: Buffer): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the ${nameOfRecord(key)} in ${place.name} is damaged (key \\x${key.toString('hex')}): restore it from a backup`,
  );
}

function otherData({ place }: Pick<CopyEnd, 'place'>): HeartbeatError {
  return storeFailed(`${place.name} holds other data: choose an empty store to copy to`);
}

function notTheSame({ place }: CopyEnd, key: Buffer | undefined): HeartbeatError {
  const what =
    key === undefined ? 'the number or the checksum of its records' : `record ${key.toString('hex')}`;
  return storeFailed(`${place.name} is not the same as its source (${what}): copy again`);
}
