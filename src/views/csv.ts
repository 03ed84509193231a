/**
 * A field that a spreadsheet takes for a formula begins with one of these (OWASP, "CSV Injection"), also behind space.
 */
const FORMULA = /^\s*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^\d+(?:\.\d+)?$/;

/** Text as RFC 4180 has it: fields in quotes, lines that end with CR LF. Numbers go without quotes. */
export function csvOf(
  names: readonly string[],
  rows: Iterable<readonly (string | number | null | undefined)[]>,
): string {
  const lines = [names.join(',')];
  for (const row of rows) lines.push(row.map(fieldOf).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * A field that could be read as a formula gets a `'` in front, as OWASP advises: names of nodes and reasons of failures
 * are what anybody sent.
 */
function fieldOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  if (NUMBER.test(text) && typeof value === 'number') return text;
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
