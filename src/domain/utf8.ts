/** JSON can contain half of a surrogate pair, UTF-8 cannot. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a text has between one and `most` bytes in UTF-8. */
export function isUtf8Within(text: string, most: number): boolean {
  if (text === '' || text.length > most || LONE_SURROGATE.test(text)) return false;
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes <= most;
}
