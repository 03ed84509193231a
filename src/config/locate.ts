import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Finds a file that another file names: beside it, else in the working directory. */
export function locate(named: string, { by, cwd }: { readonly by: string; readonly cwd: string }): string {
  const beside = resolve(dirname(by), named);
  return existsSync(beside) ? beside : resolve(cwd, named);
}
