/*
 * What can be shown on a page and in a feed as it is: no control characters, and nothing that XML may not have (XML 1.0,
 * 2.2), halves of pairs among it.
 */

/** With tabs and line breaks. */
export const PLAIN_TEXT = /^[\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

export const PLAIN_LINE = /^[\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
