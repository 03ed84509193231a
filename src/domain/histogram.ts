/**
 * How large what was observed is, by upper bounds. Plain numbers that are read when somebody asks: this is observed
 * where a call into a library would cost too much.
 */
export class Histogram {
  /** Ascending; what is larger than the last one is counted behind it. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** How many lay within each bound and above the one before it; the last ones lay above all bounds. */
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
