/** Buckets in seconds for how late a deadline is noticed: about a tick, a stall, or the queue of a mass expiry. */
export const LATENESS: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * A histogram of plain numbers that is read on demand. Used on hot paths, where a call into a metrics library would
 * cost too much.
 */
export class Histogram {
  /** Upper bounds, ascending. What is larger than the last is counted after it. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Not cumulative: how many values lay in each bucket, and at the end how many lay above all bounds. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    for (let bound = bounds[0]; bound !== undefined && value > bound; bound = bounds[++at]);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }
}
