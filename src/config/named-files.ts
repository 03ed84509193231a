import { once } from 'node:events';
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const BYTE_ORDER_MARK = '\ufeff';

/** Reads a file in UTF-8, without the byte order mark that some editors add: it belongs to no value. */
export function readText(path: string): string {
  return withoutMark(readFileSync(path, 'utf8'));
}

/** The same of standard input, to its end. */
export async function readStandardInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(process.stdin, 'end');
  return withoutMark(text);
}

/**
 * The same, of a file that is read again while the daemon runs: a FIFO or a device would hold up whoever reads it.
 *
 * @throws Error if it is no regular file
 */
export function readRegularFile(path: string): string {
  // Without it, opening a FIFO waits for a writer.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is no regular file');
    return withoutMark(readFileSync(descriptor, 'utf8'));
  } finally {
    closeSync(descriptor);
  }
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
}

/** Finds a file that another file names: beside it, else in the working directory. */
export function locate(named: string, { by, cwd }: { readonly by: string; readonly cwd: string }): string {
  const beside = resolve(dirname(by), named);
  return existsSync(beside) ? beside : resolve(cwd, named);
}

/** Why a file cannot be read, for a person. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
