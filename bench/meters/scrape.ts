/** The content of a histogram in Prometheus's text format. */
export interface Counted {
  readonly count: number;
  readonly sum: number;
  /** The upper bound of the highest bucket with a value: no value was above this. 0 without values. */
  readonly most: number;
}

/** @returns the present counts of the daemon at the address */
export async function scrapeHistogram(url: string, name: string, signal: AbortSignal): Promise<Counted> {
  return histogramIn(await (await fetch(`${url}/metrics`, { signal })).text(), name);
}

export function histogramIn(text: string, name: string): Counted {
  let [most, below] = [0, 0];
  for (const [, bound = '', value] of text.matchAll(new RegExp(`^${name}_bucket{le="(.*)"} (\\d+)$`, 'gm'))) {
    if (Number(value) > below) most = bound === '+Inf' ? Infinity : Number(bound);
    below = Number(value);
  }
  const read = (what: string): number =>
    Number(new RegExp(`^${name}_${what} (.*)$`, 'm').exec(text)?.[1] ?? 0);
  return { count: read('count'), sum: read('sum'), most };
}
