import { constants } from 'node:fs';
import { open, readdir, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HeartbeatError } from '../../errors.js';
import type { Instant } from '../../domain/time.js';

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
/** Of a file that is gone on with. */
const ONWARD = O_RDWR | O_CREAT | O_NOFOLLOW;
/** For its owner only: a backup says who was where, and has the secret of ping UUIDs. */
const PRIVATE = 0o600;
const PARTIAL = '.partial';
const NAMED_BY_TIME = /^heartbeat-\d{8}T\d{6}Z\.ndjson\.gz(?:\.partial)?$/;
/** Fast, and some 5 % larger than the smallest. */
const COMPRESSION = { level: 3 };

/** The name of a backup in a directory of its own: by time, so that the names sort. */
export function nameAt(at: Instant): string {
  return `heartbeat-${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}.ndjson.gz`;
}

/**
 * Writes a file that has its name once it is whole and on the disk. Before, it is beside with `.partial` behind its
 * name. A name that ends in `.gz` makes it compressed.
 *
 * @param goesOn goes on with what is beside, and leaves it when it fails
 * @throws HeartbeatError `HEARTBEAT_STORE_FAILED` if another one has begun the same file meanwhile
 */
export async function writeWhole(
  file: string,
  text: AsyncIterable<string>,
  { signal, goesOn }: { readonly signal: AbortSignal; readonly goesOn: boolean },
): Promise<void> {
  const partial = `${file}${PARTIAL}`;
  // One that somebody else left may be a link to another file.
  if (!goesOn || isCompressed(file)) await rm(partial, { force: true });
  const handle = await opened(partial, goesOn && !isCompressed(file) ? ONWARD : 'wx');
  try {
    if (goesOn && !isCompressed(file)) await writeOnward(handle, text);
    else await writeAnew(handle, text, isCompressed(file), signal);
    await handle.sync();
    if (!(await isStill(partial, handle)))
      throw new HeartbeatError('HEARTBEAT_STORE_FAILED', `another backup is being written to ${file}`);
    await rename(partial, file);
    await synced(path.dirname(path.resolve(file)));
  } catch (error) {
    if (!goesOn && (await isStill(partial, handle))) await rm(partial, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function opened(file: string, flags: string | number): Promise<FileHandle> {
  try {
    return await open(file, flags, PRIVATE);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const message = `there is no directory ${path.dirname(file)}: make it first`;
    throw new HeartbeatError('HEARTBEAT_STORE_FAILED', message, { cause: error });
  }
}

/** Whether a name is still that of the open file. */
async function isStill(file: string, handle: FileHandle): Promise<boolean> {
  const [mine, named] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)]);
  return named?.ino === mine.ino && named.dev === mine.dev;
}

async function writeAnew(
  handle: FileHandle,
  text: AsyncIterable<string>,
  compresses: boolean,
  signal: AbortSignal,
): Promise<void> {
  // A stream of the handle would close it with itself.
  const write = (pieces: AsyncIterable<string>): Promise<void> => writeFile(handle, pieces);
  const source = Readable.from(text, { objectMode: true });
  if (compresses) await pipeline(source, createGzip(COMPRESSION), write, { signal });
  else await pipeline(source, write, { signal });
}

/** Goes on after an interruption: what is there and still the same is not written again. */
async function writeOnward(handle: FileHandle, text: AsyncIterable<string>): Promise<void> {
  let at = 0;
  let isSame = true;
  for await (const piece of text) {
    const bytes = Buffer.from(piece, 'latin1');
    if (isSame) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes.length), 0, bytes.length, at);
      isSame = bytesRead === bytes.length && buffer.equals(bytes);
      if (!isSame) await handle.truncate(at);
    }
    for (let done = 0; !isSame && done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    at += bytes.length;
  }
  await handle.truncate(at);
}

/** Removes the oldest backups that are named by time, and what earlier ones left that were killed before their end. */
export async function removeOld(directory: string, keep: number): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => NAMED_BY_TIME.test(name)).sort();
  const whole = names.filter((name) => !name.endsWith(PARTIAL));
  const newest = whole.at(-1) ?? '';
  const torn = names.filter((name) => name.endsWith(PARTIAL) && name < newest);
  const old = [...whole.slice(0, Math.max(0, whole.length - keep)), ...torn];
  for (const name of old) await rm(path.join(directory, name), { force: true });
  return old;
}

export async function isDirectory(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isCompressed(file: string): boolean {
  return file.endsWith('.gz');
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
