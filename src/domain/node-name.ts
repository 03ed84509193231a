import { isUtf8Within } from './utf8.js';

declare const kind: unique symbol;

/** Any text of 1 to 255 bytes of UTF-8 except `.` and `..`, which no URL path can carry. */
export type NodeName = string & { readonly [kind]: 'node' };

const MOST_BYTES = 255;

/** @returns undefined if the text cannot be a node's name */
export function parseNodeName(text: string): NodeName | undefined {
  return text === '.' || text === '..' || !isUtf8Within(text, MOST_BYTES) ? undefined : named(text);
}

function named(text: string): NodeName {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: the text was just checked
  return text as NodeName;
}
