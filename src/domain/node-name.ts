declare const kind: unique symbol;

/** Any text of 1 to 255 bytes of UTF-8 except `.` and `..`, which no URL path can carry. */
export type NodeName = string & { readonly [kind]: 'node' };

const MOST_BYTES = 255;
/** JSON can contain half of a surrogate pair, UTF-8 cannot. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** @returns undefined if the text cannot be a node's name */
export function parseNodeName(text: string): NodeName | undefined {
  if (text === '' || text === '.' || text === '..' || text.length > MOST_BYTES) return undefined;
  if (LONE_SURROGATE.test(text) || utf8Length(text) > MOST_BYTES) return undefined;
  return named(text);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function named(text: string): NodeName {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- parsing: the text was just checked
  return text as NodeName;
}
