import { constants, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Instant } from '../../domain/time.js';

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
/** For its owner only: a backup says who was where, and has the secret of ping UUIDs. */
const PRIVATE = 0o600;
const NAMED_BY_TIME = /^heartbeat-\d{8}T\d{6}Z\.ndjson\.gz$/;
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
 * @param keepsPartial leaves what was written when it fails
 */
export async function writeWhole(
  file: string,
  text: AsyncIterable<string>,
  { signal, goesOn }: { readonly signal: AbortSignal; readonly goesOn: boolean },
): Promise<void> {
  const partial = `${file}.partial`;
  try {
    if (goesOn && !isCompressed(file)) await writeOnward(partial, text);
    else await writeAnew(partial, text, isCompressed(file), signal);
    await synced(partial);
    await rename(partial, file);
    await synced(path.dirname(path.resolve(file)));
  } catch (error) {
    if (!goesOn) await rm(partial, { force: true });
    throw error;
  }
}

async function writeAnew(
  partial: string,
  text: AsyncIterable<string>,
  compresses: boolean,
  signal: AbortSignal,
): Promise<void> {
  // One that somebody else left may be a link to another file.
  await rm(partial, { force: true });
  const target = createWriteStream(partial, { mode: PRIVATE, flags: 'wx' });
  const source = Readable.from(text, { objectMode: true });
  if (compresses) await pipeline(source, createGzip(COMPRESSION), target, { signal });
  else await pipeline(source, target, { signal });
}

/** Goes on after an interruption: what is there and still the same is not written again. */
async function writeOnward(partial: string, text: AsyncIterable<string>): Promise<void> {
  const handle = await open(partial, O_RDWR | O_CREAT | O_NOFOLLOW, PRIVATE);
  try {
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
  } finally {
    await handle.close();
  }
}

/** Removes the oldest backups that are named by time. */
export async function removeOld(directory: string, keep: number): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => NAMED_BY_TIME.test(name)).sort();
  const old = names.slice(0, Math.max(0, names.length - keep));
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
