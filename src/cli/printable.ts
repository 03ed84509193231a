/** All that a terminal may act on, but for the end of a line. */
const CONTROLS = /(?!\n)\p{Cc}/gu;

/** Text for a terminal, with names that others chose: control characters are shown as `\u001b` and do nothing. */
export function printable(text: string): string {
  return text.replaceAll(CONTROLS, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
