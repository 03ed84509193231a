import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { HeartbeatError } from '../../errors.js';
import { makeDirectory } from './directory.js';
import { openError } from './level-errors.js';
import type { OpeningOptions } from './opening.js';
import { Patience } from './patience.js';

/** The directory of a history. */
export const HISTORY = 'history';

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
 * Refuses a data directory that was made for another number of partitions, since the others would look for users where
 * they are not.
 *
 * @param partitions 1 for one history in the data directory itself
 * @throws HeartbeatError `HEARTBEAT_WRONG_PARTITIONS`
 */
export async function provePartitions(
  dataDirectory: string,
  partitions: number,
  { clock }: OpeningOptions,
): Promise<void> {
  const patience = new Patience(dataDirectory, clock);
  try {
    const made = await patience.answered(madeFor(dataDirectory));
    if (made !== undefined && made !== partitions) throw wrongPartitions(dataDirectory, made);
    if (partitions > 1)
      await patience.answered(makeDirectory(path.join(dataDirectory, directoryOf(partitions)), 2));
  } catch (error) {
    throw openError(dataDirectory, error);
  }
}

/** @returns undefined for a new data directory */
async function madeFor(dataDirectory: string): Promise<number | undefined> {
  const names = await readdir(dataDirectory).catch((error: unknown) => {
    // Where there is none, or nobody may look, the opening of the history says so.
    if (isUnreadable(error)) return [];
    throw error;
  });
  for (const name of names) {
    if (name === HISTORY) return 1;
    const [, number] = /^partitions-(\d+)$/.exec(name) ?? [];
    if (number !== undefined) return Number(number);
  }
  return undefined;
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
