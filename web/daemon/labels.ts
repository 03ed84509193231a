/** Labels as people write them: `key:value`, one a line. */
export function labelsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(linesIn(text).map((line) => split(line, ':')));
}

export function linesOfLabels(labels: Readonly<Record<string, string>>): string {
  return linesOf(Object.entries(labels).map(([key, value]) => `${key}:${value}`));
}

/** At the first separator; all of it is the first part if there is none. */
export function split(line: string, separator: string): readonly [string, string] {
  const at = line.indexOf(separator);
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

/** A text a line; those with line breaks of their own have `\n` there. */
export function linesOf(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')).join('\n');
}

export function linesIn(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/\\(n|\\)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)));
}
