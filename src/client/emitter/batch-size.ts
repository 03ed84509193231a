/** The number of nodes in one call, by the number of all nodes. */
export interface BatchSizeThresholds {
  /** With fewer than 10,000 nodes. 500 if not given. */
  readonly small?: number;
  /** With fewer than 100,000. 1000 if not given. */
  readonly medium?: number;
  /** With more. 5000 if not given. */
  readonly large?: number;
}

const SMALL = { below: 10_000, size: 500 };
const MEDIUM = { below: 100_000, size: 1_000 };
const LARGE = 5_000;

export function batchSize(nodes: number, { small, medium, large }: BatchSizeThresholds = {}): number {
  if (nodes < SMALL.below) return small ?? SMALL.size;
  if (nodes < MEDIUM.below) return medium ?? MEDIUM.size;
  return large ?? LARGE;
}
