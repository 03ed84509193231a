/** All that a terminal may act on, but for the end of a line. */
const CONTROLS = /(?!\n)\p{Cc}/gu;
/** Besides them, what breaks a line or turns its direction. */
const OF_CELLS = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Text for a terminal, with names that others chose: control characters are shown as `\u001b` and do nothing. */
export function printable(text: string): string {
  return text.replaceAll(CONTROLS, escaped);
}

/** The same for a text within a line: it stays in its place. */
export function printableCell(text: string): string {
  return text.replaceAll(OF_CELLS, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
