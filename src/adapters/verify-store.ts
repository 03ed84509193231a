import path from 'node:path';
import type { Clock } from '../ports/clock.js';
import type { Entry, OrderedStore, StorePlace } from '../ports/ordered-store.js';
import { unfinished } from './history/copy.js';
import { VERSION_KEY } from './history/format.js';
import { StoreHealth } from './history/store-health.js';
import { isCorrupt, reasonOf, storeFailed } from './history/store-errors.js';
import { readFormat } from './history/upgrade.js';
import { Verification, type Finding } from './history/verification.js';
import { identityOf } from './level/directory.js';
import { inspect } from './level/files/inspection.js';
import { TableCheck } from './level/files/table-files.js';
import { mendTable } from './level/files/table-mend.js';
import { LevelEngine } from './level/level-engine.js';
import { HISTORY } from './level/partitions.js';
import { untouched } from './level/untouched.js';
import { resolved, StoreEnd } from './store-end.js';
import type { StoreLocation } from './store-location.js';

export interface VerifyDeps {
  readonly clock: Clock;
  readonly found: (finding: Finding) => void;
  readonly progress: (records: number) => void;
  /** Is given the records that are as they were written. */
  readonly sound?: (records: readonly Entry[]) => Promise<void>;
}

/** What was read. */
export interface Verified {
  readonly place: string;
  readonly records: number;
  /** The rest could not be read at all. */
  readonly isUnreadable: boolean;
}

/** Bytes of tables that are checked at a time. */
const STEP = 16 * 1024 * 1024;

/**
 * Reads a whole store, and tells of everything that is wrong with it. Nothing in it is changed. It is owned meanwhile.
 *
 * @throws HeartbeatError if there is no history, or a daemon owns it
 */
export async function verifyStore(location: StoreLocation, deps: VerifyDeps): Promise<Verified> {
  const place = await resolved(location);
  if (place.kind === 'leveldb') return verifyFiles(place.directory, deps);
  const source = await StoreEnd.from(place, deps.clock);
  try {
    return await verifyRecords(await source.open(), source.place, deps);
  } finally {
    await source.close();
  }
}

async function verifyFiles(directory: string, deps: VerifyDeps): Promise<Verified> {
  const history = path.join(directory, HISTORY);
  const place = { name: directory, setting: 'data_dir' };
  if ((await identityOf(history)) === undefined) throw storeFailed(`there is no history in ${directory}`);
  const copy = await untouched(history);
  try {
    if (!(await mendCopy(copy.directory, deps))) return { place: place.name, records: 0, isUnreadable: true };
    const engine = new LevelEngine(copy.directory, { clock: deps.clock, acceptDataLoss: true });
    const store = await engine.open(false, new StoreHealth(undefined)).catch((error: unknown) => {
      if (!isCorrupt(error)) throw error;
      deps.found({ kind: 'file', what: HISTORY, problem: reasonOf(error) });
      return undefined;
    });
    if (store === undefined) return { place: place.name, records: 0, isUnreadable: true };
    try {
      return await verifyRecords(store, place, deps);
    } finally {
      await store.abandon();
    }
  } finally {
    await copy.remove();
  }
}

/**
 * Tells of damaged files, and removes what is damaged from the copy, so that the rest can be read.
 *
 * @returns whether it can be
 */
async function mendCopy(directory: string, { found }: VerifyDeps): Promise<boolean> {
  const { damage, isPassable, torn, tables } = await inspect(directory);
  for (const { file, bytes } of torn)
    found({ kind: 'torn', what: file, problem: `its last ${String(bytes)} bytes are torn or damaged` });
  if (damage !== undefined) found({ kind: 'file', what: HISTORY, problem: damage });
  if (damage !== undefined && !isPassable) return false;
  const check = new TableCheck(directory, tables);
  while (!check.isOver) {
    const broken = await check.step(STEP);
    if (broken === undefined) continue;
    const { file, problem } = broken;
    const blocks = await mendTable(directory, file).catch((error: unknown) => {
      if (error instanceof RangeError) return null;
      throw error;
    });
    if (blocks === null) {
      found({ kind: 'file', what: file, problem });
      return false;
    }
    const lost =
      blocks === undefined ? 'all of its records' : `the records of ${String(blocks)} of its blocks`;
    found({ kind: 'file', what: file, problem: `${problem}: ${lost} cannot be read` });
  }
  return true;
}

async function verifyRecords(store: OrderedStore, place: StorePlace, deps: VerifyDeps): Promise<Verified> {
  const { found, progress, sound } = deps;
  const verification = new Verification(found, (keys) => store.getMany(keys));
  let isUnreadable = false;
  try {
    await proveVersion(store, place, found);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    found({ kind: 'record', ...VERSION_RECORD, problem: 'it is not what was written' });
  }
  try {
    for await (const chunk of store.snapshot()) {
      const good = await verification.add(chunk);
      await sound?.(good);
      progress(verification.records);
    }
    verification.end();
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    found({ kind: 'file', what: HISTORY, problem: reasonOf(error) });
    isUnreadable = true;
  }
  return { place: place.name, records: verification.records, isUnreadable };
}

const VERSION_RECORD = { what: 'fact "version"', key: VERSION_KEY.toString('hex') };

/** @throws HeartbeatError if it is damaged, or not of this version, or not finished */
async function proveVersion(
  store: OrderedStore,
  place: StorePlace,
  found: VerifyDeps['found'],
): Promise<void> {
  const format = await readFormat(store, place);
  if (format === 'older')
    throw storeFailed(`the history in ${place.name} has an older format: start the daemon on it once`);
  if (format === 'present') return;
  const copying = await unfinished({ store, place });
  if (copying !== undefined) throw copying;
  found({ kind: 'missing', ...VERSION_RECORD, problem: 'it is not there' });
}
