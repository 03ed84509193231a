import type { BlindInterval } from '../domain/blindness.js';
import { toSeconds, type Moment } from '../domain/time.js';
import { wallAt, type Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { BlindTotals } from './facts.js';
import type { Partition } from './partition.js';

export const RECENT_BLIND_INTERVALS = 20;

/** Blind intervals: gives the time back to all users and nodes, and keeps the intervals to show them. */
export class BlindRecord {
  readonly #partitions: readonly Pick<Partition, 'blind'>[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listener: (interval: BlindInterval) => void;
  readonly totals = new BlindTotals();
  #recent: BlindInterval[] = [];

  /** @param listener gets each interval */
  constructor(
    partitions: readonly Pick<Partition, 'blind'>[],
    clock: Clock,
    logger: Logger,
    listener: (interval: BlindInterval) => void,
  ) {
    this.#listener = listener;
    this.#partitions = partitions;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @param stored newest first */
  resume(stored: readonly BlindInterval[]): void {
    this.#recent = [...stored].reverse();
  }

  notice(from: Moment, to: Moment): void {
    const [fromWall, toWall] = [wallAt(this.#clock, from), wallAt(this.#clock, to)];
    const interval = { from: fromWall, to: toWall, cause: 'stalled' } as const;
    for (const partition of this.#partitions) partition.blind(from, to, interval);
    this.keep(interval);
    this.#logger.warn('was blind', {
      from: toSeconds(interval.from),
      to: toSeconds(interval.to),
      blind_seconds: toSeconds(to - from),
    });
  }

  keep(interval: BlindInterval): void {
    this.totals.add(interval);
    this.#recent.push(interval);
    if (this.#recent.length > RECENT_BLIND_INTERVALS) this.#recent.shift();
    this.#listener(interval);
  }

  /** The last ones, oldest first. */
  get recent(): readonly BlindInterval[] {
    return this.#recent;
  }
}
