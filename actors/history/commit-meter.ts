import { Histogram } from '../../src/domain/histogram.js';
import type { Millis } from '../../src/domain/time.js';
import type { Logger } from '../../src/ports/logger.js';

/** Buckets for the length of a commit, in seconds. */
const TIMES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Buckets for the number of entries in a commit. */
const SIZES = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** Counts commits, their length and their size. */
export class CommitMeter {
  readonly #slowFrom: Millis;
  readonly #logger: Logger;
  readonly times = new Histogram(TIMES);
  readonly sizes = new Histogram(SIZES);
  commits = 0;
  slow = 0;
  #last: Millis = 0;

  /** @param slowFrom a commit that takes this long is logged as slow */
  constructor(slowFrom: Millis, logger: Logger) {
    this.#slowFrom = slowFrom;
    this.#logger = logger;
  }

  measure(took: Millis, entries: number): void {
    this.commits++;
    this.#last = took;
    this.times.observe(took / 1000);
    this.sizes.observe(entries);
    if (took < this.#slowFrom) return;
    this.slow++;
    this.#logger.warn('slow commit', { milliseconds: Math.round(took), entries });
  }

  inspect(): object {
    return {
      commits: this.commits,
      slow_commits: this.slow,
      last_commit_ms: Math.round(this.#last * 10) / 10,
    };
  }
}
