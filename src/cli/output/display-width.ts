/*
 * The version of `string-width` that other packages bring along counts no graphemes, and cuts none off.
 */

/** Characters that take two places on a terminal: those of East Asia, and pictures. */
const WIDE =
  /^(?:\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation})/u;
/** Marks on the character before them, and joiners. They take no place. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const ASCII = /^[\x20-\x7e]*$/;

const segmenter = new Intl.Segmenter();

/** How many places a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment);
  return width;
}

/** Fills a text up with spaces, or cuts it off with `…`. */
export function fit(text: string, width: number): string {
  const taken = displayWidth(text);
  if (taken <= width) return text + ' '.repeat(width - taken);
  let [cut, at] = ['', 0];
  for (const { segment } of segmenter.segment(text)) {
    if (at + widthOf(segment) > width - 1) break;
    cut += segment;
    at += widthOf(segment);
  }
  return width < 1 ? '' : `${cut}…${' '.repeat(width - 1 - at)}`;
}

function widthOf(segment: string): number {
  if (NO_WIDTH.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}
