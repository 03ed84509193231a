/** Without so many digits in a row, `JSON.parse` loses none. */
const LONG = /\d{16}/;
/** A string or a number, as a whole. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;

/**
 * `JSON.parse`, in which an integer beyond 2^53 is a bigint: a number would lose its last digits. Everything else is as
 * from `JSON.parse`. Node 20 does not show a reviver the text of a number.
 *
 * @throws SyntaxError if it is not JSON
 */
export function parseExactJson(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  // Random, so that no text can have it.
  const mark = `#${Math.random()}`;
  const marked = text.replace(TOKEN, (token) =>
    LONG_INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `{"${mark}":"${token}"}` : token,
  );
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, mark)) return value;
    return BigInt(String(Reflect.get(value, mark)));
  });
}

/** `JSON.stringify` with an indent of two spaces if asked for, in which a bigint is a number with all its digits. */
export function stringifyExactJson(value: unknown, indent?: number): string {
  // Random, so that no text can have it.
  const mark = `#${Math.random()}#`;
  const text = JSON.stringify(
    value,
    (_, each: unknown) => (typeof each === 'bigint' ? `${mark}${each}` : each),
    indent,
  );
  return text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}
