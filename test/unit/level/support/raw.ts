import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Level } from 'level';

/** The database of a closed store, as other programs see it. */
export async function withDatabase<T>(
  dataDirectory: string,
  use: (db: Level<Buffer, Buffer>) => Promise<T>,
): Promise<T> {
  const directory = path.join(dataDirectory, 'history');
  const db = new Level<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

export function keysIn(dataDirectory: string): Promise<Buffer[]> {
  return withDatabase(dataDirectory, (db) => db.keys().all());
}

/** The last file of the database with this extension. */
export async function fileOf(dataDirectory: string, pattern: RegExp): Promise<string> {
  const directory = path.join(dataDirectory, 'history');
  const name = (await readdir(directory))
    .filter((one) => pattern.test(one))
    .toSorted()
    .at(-1);
  if (name === undefined) throw new Error(`no file in ${directory} is called ${String(pattern)}`);
  return path.join(directory, name);
}

/** The files that contain these bytes, without the lock: reading it would release it. */
export async function filesWith(dataDirectory: string, bytes: Buffer): Promise<string[]> {
  const directory = path.join(dataDirectory, 'history');
  const names = (await readdir(directory)).filter((name) => name !== 'LOCK').toSorted();
  const contents = await Promise.all(names.map((name) => readFile(path.join(directory, name))));
  return names.filter((_, index) => contents[index]?.includes(bytes));
}
