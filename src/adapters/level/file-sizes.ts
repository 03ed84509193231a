import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** The total bytes of a directory's files. */
export async function bytesIn(directory: string, counts: (name: string) => boolean): Promise<number> {
  const names = (await readdir(directory)).filter(counts);
  // A file may be merged away between being listed and being measured.
  const sizes = names.map((name) =>
    stat(path.join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}
