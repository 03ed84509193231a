import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
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

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
}

/** Finds a file that another file names: beside it, else in the working directory. */
export function locate(named: string, { by, cwd }: { readonly by: string; readonly cwd: string }): string {
  const beside = resolve(dirname(by), named);
  return existsSync(beside) ? beside : resolve(cwd, named);
}
