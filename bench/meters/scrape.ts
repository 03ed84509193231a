/** What a histogram of Prometheus's text format has counted. */
export interface Counted {
  readonly count: number;
  readonly sum: number;
  /** The upper bound of the highest bucket that holds anything: nothing was more than this. 0 where there is nothing. */
  readonly most: number;
}

/** @returns what the daemon behind the address has counted so far */
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
