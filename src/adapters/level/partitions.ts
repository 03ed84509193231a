import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { HeartbeatError } from '../../errors.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import { EVERYTHING, FORMAT_KEY, MEMBERSHIP_KEY, VERSION_KEY } from '../history/format.js';
import { makeDirectory } from './directory.js';
import { LevelEngine } from './level-engine.js';
import { openError } from './level-errors.js';
import type { OpeningOptions } from './opening.js';
import { Patience } from './patience.js';

/** The directory of a history. */
export const HISTORY = 'history';

/** What a history holds that nobody has used yet. */
const NOTHING_YET: readonly Buffer[] = [VERSION_KEY, FORMAT_KEY, MEMBERSHIP_KEY];

/** One of several partitions of a data directory. */
export interface PartitionOf {
  readonly id: string;
  /** Into how many partitions the users are divided. */
  readonly partitions: number;
}

/** Where the histories of the partitions are. Its name says how many divide the users. */
export function directoryOf(partitions: number): string {
  return `partitions-${String(partitions)}`;
}

/**
 * Refuses a data directory that was used with another number of partitions, since the others would look for users where
 * they are not. What a failed start has left behind does not count.
 *
 * @param partitions 1 for one history in the data directory itself
 * @throws HeartbeatError `HEARTBEAT_WRONG_PARTITIONS`, or `HEARTBEAT_STORE_LOCKED` if a daemon uses it so
 */
export async function checkPartitions(
  dataDirectory: string,
  partitions: number,
  options: OpeningOptions,
): Promise<void> {
  const patience = new Patience(dataDirectory, options.clock);
  try {
    const others = (await patience.answered(layoutsIn(dataDirectory))).filter((made) => made !== partitions);
    const used = await usedOf(dataDirectory, others, options);
    const [first] = used;
    if (first === undefined) return;
    const own = await usedOf(dataDirectory, [partitions], options);
    throw own.length === 0
      ? wrongPartitions(dataDirectory, first)
      : severalLayouts(dataDirectory, [...own, ...used]);
  } catch (error) {
    throw openError(dataDirectory, error);
  }
}

/** Makes the directory in which the partitions have theirs. */
export async function makePartitions(
  dataDirectory: string,
  partitions: number,
  { clock }: OpeningOptions,
): Promise<void> {
  try {
    const made = makeDirectory(path.join(dataDirectory, directoryOf(partitions)), 2);
    await new Patience(dataDirectory, clock).answered(made);
  } catch (error) {
    throw openError(dataDirectory, error);
  }
}

/** The numbers of partitions for which there are directories. */
async function layoutsIn(dataDirectory: string): Promise<readonly number[]> {
  return (await namesIn(dataDirectory)).flatMap((name) => {
    if (name === HISTORY) return [1];
    const [, number] = /^partitions-(\d+)$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

async function usedOf(
  dataDirectory: string,
  layouts: readonly number[],
  options: OpeningOptions,
): Promise<readonly number[]> {
  const used: number[] = [];
  for (const layout of layouts) {
    for (const history of await historiesOf(dataDirectory, layout)) {
      if (!(await isUsed(history, options))) continue;
      used.push(layout);
      break;
    }
  }
  return used;
}

async function historiesOf(dataDirectory: string, layout: number): Promise<readonly string[]> {
  if (layout === 1) return [path.join(dataDirectory, HISTORY)];
  const directory = path.join(dataDirectory, directoryOf(layout));
  return (await namesIn(directory)).map((name) => path.join(directory, name, HISTORY));
}

/** Whether a history holds anything. One that cannot be read may. */
async function isUsed(history: string, options: OpeningOptions): Promise<boolean> {
  try {
    await access(path.join(history, 'CURRENT'));
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
  let store: OrderedStore | undefined;
  try {
    store = await new LevelEngine(history, { clock: options.clock }).open(false, OBSERVER);
    for await (const entries of store.entries(EVERYTHING))
      if (entries.some(([key]) => !NOTHING_YET.some((known) => known.equals(key)))) return true;
    return false;
  } catch (error) {
    if (error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_LOCKED') throw error;
    return true;
  } finally {
    await store?.close();
  }
}

const OBSERVER = {
  isDamaged: false,
  damaged: () => undefined,
  missing: () => undefined,
  refused: () => undefined,
};

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    // Where there is none, or nobody may look, the opening of the history says so.
    if (isUnreadable(error)) return [];
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES';
}

function wrongPartitions(dataDirectory: string, made: number): HeartbeatError {
  const holds = made === 1 ? 'no partitions' : `${String(made)} partitions`;
  return new HeartbeatError(
    'HEARTBEAT_WRONG_PARTITIONS',
    `${dataDirectory} was made with ${holds}: set partitions to ${String(made)}, or choose another data_dir`,
  );
}

function severalLayouts(dataDirectory: string, layouts: readonly number[]): HeartbeatError {
  const names = layouts.map((layout) => (layout === 1 ? HISTORY : directoryOf(layout))).join(' and ');
  return new HeartbeatError(
    'HEARTBEAT_WRONG_PARTITIONS',
    `${dataDirectory} holds ${names}, made with different numbers of partitions: ` +
      'move all but the one to use to another place, and set partitions to its number',
  );
}
