import { readFileSync } from 'node:fs';

const BYTE_ORDER_MARK = '\ufeff';

/** Reads a file in UTF-8, without the byte order mark that some editors add: it belongs to no value. */
export function readText(path: string): string {
  const text = readFileSync(path, 'utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
}
