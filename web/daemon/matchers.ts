/** As the daemon limits a regular expression of a matcher. */
const LONGEST_EXPRESSION = 256;

/**
 * Matchers that fit the nodes of these names and no others.
 *
 * @returns undefined where no matcher can name all of them
 */
export function matchersOf(names: readonly string[]): readonly string[] | undefined {
  const [only, ...others] = names;
  if (only === undefined) return undefined;
  if (others.length === 0) return [`name=${quoted(only)}`];
  const expression = names.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|');
  if (new TextEncoder().encode(expression).length > LONGEST_EXPRESSION) return undefined;
  return [`name=~${quoted(expression)}`];
}

/** In the quotes of Alertmanager, which know three escapes. */
function quoted(text: string): string {
  return `"${text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)}"`;
}
