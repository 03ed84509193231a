import { html } from '../pages/html.js';

/** Under this name no formatter adds spaces, which would be part of the texts. */
const svg = html;

const HEIGHT = 20;
const PADDING = 6;
const GREY = '#555';
/** Pixels, in Verdana of 11 px. The text is stretched to the width that comes out, whatever font a reader has. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijlI.,:;'|![\]/\\ ]/, 3.8],
  [/[ftrJ()-]/, 4.7],
  [/[mwMW%@]/, 10.8],
  [/[A-Z]/, 7.8],
  [/[\u1100-\uffff]/, 11],
];
const USUAL_WIDTH = 6.6;
/** Characters of a name. */
const LONGEST = 60;
/** Characters that no XML may have (XML 1.0, 2.2), half of a pair that was cut among them. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * Two fields, as badges have them. The package of shields.io takes 0.13 s of processor time to load, and the
 * daemon would serve nobody meanwhile.
 *
 * @param color of the right field, dark enough for white text
 */
export function badgeImage(name: string, message: string, color: string): string {
  const label = name.replaceAll(NOT_XML, '\ufffd');
  const shown = label.slice(0, LONGEST - 1).replace(NOT_XML, '');
  const left = label.length > LONGEST ? `${shown}…` : label;
  const [leftWidth, rightWidth] = [widthOf(left), widthOf(message)];
  const width = leftWidth + rightWidth;
  const field = (text: string, from: number, size: number) =>
    svg`<text x="${from + size / 2}" y="14" textLength="${size - 2 * PADDING}">${text}</text>`;
  const box = (from: number, size: number, fill: string) =>
    svg`<rect x="${from}" width="${size}" height="${HEIGHT}" fill="${fill}"/>`;
  const head = svg`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${label}: ${message}">`;
  const title = svg`<title>${label}: ${message}</title>`;
  const corners = svg`<clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="3"/></clipPath>`;
  const boxes = [box(0, leftWidth, GREY), box(leftWidth, rightWidth, color)];
  const fields = [field(left, 0, leftWidth), field(message, leftWidth, rightWidth)];
  return svg`${head}${title}${corners}<g clip-path="url(#r)">${boxes}</g><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${fields}</g></svg>`
    .text;
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += WIDTHS.find(([pattern]) => pattern.test(character))?.[1] ?? USUAL_WIDTH;
  return Math.round(width) + 2 * PADDING;
}
