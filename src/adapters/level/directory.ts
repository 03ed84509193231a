import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** For its owner only: histories say who was where, and when. */
const PRIVATE = 0o700;
const OPEN = 0o777;
const OTHERS = 0o077;

/**
 * Makes a directory and its parents one by one: with `recursive`, Node loops for ever where none can be made, as below
 * `/proc`.
 *
 * @param owned how many of the lowest ones are for their owner only, if they are made
 */
export async function makeDirectory(directory: string, owned: number): Promise<void> {
  const mode = owned > 0 ? PRIVATE : OPEN;
  try {
    await mkdir(directory, { mode });
  } catch (error) {
    if (isCode(error, 'EEXIST') && (await stat(directory)).isDirectory()) return;
    const above = path.dirname(directory);
    // If the parent exists and this one still cannot be made, nothing more can be tried.
    if (!isCode(error, 'ENOENT') || (await identityOf(above)) !== undefined) throw error;
    if (above === directory) throw error;
    await makeDirectory(above, owned - 1);
    await mkdir(directory, { mode });
  }
}

/** @returns who may read the directory besides its owner, in the notation of `chmod`; undefined for nobody */
export async function openTo(directory: string): Promise<string | undefined> {
  const { mode } = await stat(directory);
  return (mode & OTHERS) === 0 ? undefined : `0${(mode & 0o777).toString(8)}`;
}

/** Identifies a file whatever its name; undefined if there is none. */
export async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(file);
    return `${String(dev)}:${String(ino)}`;
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
