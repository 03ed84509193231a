import { distance } from 'fastest-levenshtein';

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
