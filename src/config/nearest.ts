/** The name most like this one, or undefined if none is close enough to be meant. */
function nearest(wrong: string, names: readonly string[]): string | undefined {
  const ungrouped = names.find((name) => name.endsWith(`.${wrong}`));
  if (ungrouped !== undefined) return ungrouped;
  const distances = names.map((name) => ({ name, distance: distance(plain(wrong), plain(name)) }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  const near = Math.min(3, Math.ceil(wrong.length / 4));
  return best !== undefined && best.distance <= near ? best.name : undefined;
}

/** The end of a sentence about a wrong name. */
export function didYouMean(wrong: string, names: readonly string[]): string {
  const name = nearest(wrong, names);
  return name === undefined ? '' : `; did you mean ${name}?`;
}

// logLevel, log-level and log_level are all near log.level.
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The Levenshtein distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const [replace = 0, remove = 0] = row.slice(column, column + 2);
      const insert = next[column] ?? 0;
      next.push(Math.min(replace + (letter === other ? 0 : 1), remove + 1, insert + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
