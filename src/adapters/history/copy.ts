import { createHash, type Hash } from 'node:crypto';
import { HeartbeatError } from '../../errors.js';
import type { Entry, OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import { isSound } from './checksum.js';
import { COPYING_KEY, EVERYTHING, FORMAT_KEY, VERSION_KEY } from './format.js';
import { nameOfRecord } from './record-name.js';
import { Batch, get, SYNCED } from './sealed-store.js';
import { readFormat } from './upgrade.js';

/** Records read at a time. */
const PORTION = 2_000;
/** A batch is written as soon as it has so many changes, or so many bytes. */
const MOST_CHANGES = 1_000;
const MOST_BYTES = 512 * 1024;

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
  let written = isFinished ? 0 : await writeMissing(source, target, progress, total);
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
async function versionOf({ store, place }: CopyEnd): Promise<Entry[]> {
  const format = await readFormat(store, place);
  if (format === 'none')
    throw (await unfinished({ store, place })) ?? failed(`there is no history in ${place.name}`);
  if (format === 'older')
    throw failed(`the history in ${place.name} has an older format: start the daemon on it once`);
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

async function unfinished({ store, place }: CopyEnd): Promise<HeartbeatError | undefined> {
  const mark = await get(store, COPYING_KEY);
  if (mark === undefined) return undefined;
  const copied = mark.toString();
  return failed(
    `${place.name} holds an unfinished copy of ${copied}: finish it with heartbeat store copy, or choose another store`,
  );
}

/** @returns how many records there are */
async function check({ store, place }: CopyEnd, progress: CopyProgress): Promise<number> {
  let records = 0;
  for await (const chunk of store.entries(EVERYTHING, { first: PORTION })) {
    for (const [key, value] of chunk) {
      if (isOfCopy(key)) continue;
      if (!isSound(key, value)) throw damaged(place, key);
      records++;
    }
    progress('checking', records, undefined);
  }
  return records;
}

async function writeMissing(
  source: CopyEnd,
  target: CopyEnd,
  progress: CopyProgress,
  total: number,
): Promise<number> {
  let written = 0;
  let records = 0;
  let bytes = 0;
  let batch = new Batch(target.store);
  const write = async (): Promise<void> => {
    if (batch.length > 0) await batch.write(SYNCED);
    else await batch.close();
    batch = new Batch(target.store);
    bytes = 0;
    progress('copying', records, total);
  };
  for await (const [from, to] of pairs(source.store, target.store)) {
    if (from === undefined) {
      if (to !== undefined) batch.del(to[0]);
    } else {
      records++;
      if (to?.[1].equals(from[1]) !== true) {
        batch.putBare(...from);
        bytes += from[0].length + from[1].length;
        written++;
      }
    }
    if (batch.length >= MOST_CHANGES || bytes >= MOST_BYTES) await write();
    else if (records % PORTION === 0) progress('copying', records, total);
  }
  await write();
  await batch.close();
  return written;
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
  for await (const [from, to] of pairs(source.store, target.store)) {
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

/** The number of records and the checksum over them. */
class Digest {
  readonly #hash: Hash = createHash('sha256');
  #sum: string | undefined;
  records = 0;

  add([key, value]: Entry): void {
    const lengths = Buffer.allocUnsafe(8);
    lengths.writeUInt32BE(key.length, 0);
    lengths.writeUInt32BE(value.length, 4);
    this.#hash.update(lengths).update(key).update(value);
    this.records++;
  }

  end(): string {
    return (this.#sum ??= this.#hash.digest('hex'));
  }
}

type Pair = readonly [Entry | undefined, Entry | undefined];

/** What two stores have for each key, in the order of the keys. */
async function* pairs(one: OrderedStore, other: OrderedStore): AsyncGenerator<Pair> {
  const [a, b] = [new Cursor(one), new Cursor(other)];
  try {
    for (;;) {
      if (a.entry === undefined) await a.read();
      if (b.entry === undefined) await b.read();
      const order = compared(a.entry, b.entry);
      if (order === undefined) return;
      yield [order <= 0 ? a.entry : undefined, order >= 0 ? b.entry : undefined];
      if (order <= 0) a.advance();
      if (order >= 0) b.advance();
    }
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

/** @returns undefined if there are none */
function compared(a: Entry | undefined, b: Entry | undefined): number | undefined {
  if (a === undefined) return b === undefined ? undefined : 1;
  return b === undefined ? -1 : Buffer.compare(a[0], b[0]);
}

/** Goes through the records of a store. */
class Cursor {
  readonly #chunks: AsyncGenerator<Entry[]>;
  #chunk: readonly Entry[] = [];
  #at = 0;

  constructor(store: OrderedStore) {
    this.#chunks = store.entries(EVERYTHING, { first: PORTION });
  }

  /** Undefined at the end, and where the next ones are not read yet. */
  get entry(): Entry | undefined {
    return this.#chunk[this.#at];
  }

  async read(): Promise<void> {
    do {
      const next = await this.#chunks.next();
      if (next.done === true) return;
      this.#chunk = next.value.filter(([key]) => !isOfCopy(key));
      this.#at = 0;
    } while (this.#chunk.length === 0);
  }

  advance(): void {
    this.#at++;
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}

/** The records by which a history, or an unfinished copy, is known. */
function isOfCopy(key: Buffer): boolean {
  return key.equals(VERSION_KEY) || key.equals(FORMAT_KEY) || key.equals(COPYING_KEY);
}

function damaged(place: StorePlace, key: Buffer): HeartbeatError {
  return new HeartbeatError(
    'HEARTBEAT_STORE_CORRUPT',
    `the ${nameOfRecord(key)} in ${place.name} is damaged (key \\x${key.toString('hex')}): restore it from a backup`,
  );
}

function otherData({ place }: Pick<CopyEnd, 'place'>): HeartbeatError {
  return failed(`${place.name} holds other data: choose an empty store to copy to`);
}

function notTheSame({ place }: CopyEnd, key: Buffer | undefined): HeartbeatError {
  const what =
    key === undefined ? 'the number or the checksum of its records' : `record ${key.toString('hex')}`;
  return failed(`${place.name} is not the same as its source (${what}): copy again`);
}

function failed(message: string): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', message);
}
