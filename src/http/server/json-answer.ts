import { inAscii } from '../../views/in-ascii.js';

/** Header names and values in turn, as `writeHead` takes them, which does not change them. */
export type RawHeaders = string[];

const CACHED_LENGTHS = 128;
const heads: RawHeaders[] = Array.from({ length: CACHED_LENGTHS }, (_, length) => makeHead(length));

/** The headers of a JSON answer of so many bytes. Those of short answers are made once. */
export function jsonHead(length: number): RawHeaders {
  return heads[length] ?? makeHead(length);
}

function makeHead(length: number): RawHeaders {
  return ['content-type', 'application/json', 'content-length', String(length)];
}

/** JSON in ASCII, so that its length in characters is its length in bytes. */
export function asciiJson(value: object | string): string {
  return inAscii(JSON.stringify(value));
}
