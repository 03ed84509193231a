import type { Config } from '../config/schema.js';
import { toMillis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { bytesIn } from './facts.js';
import type { PartitionRun } from './partition-run.js';

/** Before, a store that has just started to merge its files would say anything. */
const LEAST = toMillis(3_600);
const DAY = toMillis(86_400);

/** For how long the disk has room, if the store grows as it has since the daemon started. */
export class DiskOutlook {
  #first: { readonly at: Moment; readonly bytes: number } | undefined;

  /** The daemon has started. Without a size then, nothing is said later. */
  begin(now: Moment, bytes: number | undefined): void {
    this.#first = bytes === undefined ? undefined : { at: now, bytes };
  }

  /** The same at the start of a daemon. On a new disk, it says what somebody must know before it is full. */
  async look(
    runs: readonly PartitionRun[],
    clock: Clock,
    logger: Logger,
    { history: { retention } }: Pick<Config, 'history'>,
  ): Promise<void> {
    const bytes = await bytesIn(runs);
    this.begin(clock.now(), bytes);
    const isFirstStart = runs.every(({ summary }) => summary.recovery === undefined);
    // A session takes 30 to 45 bytes.
    if (retention === null && isFirstStart && (bytes ?? 0) > 0)
      logger.info(
        'every session is kept, since history.retention is off: 20 sessions a day of a million users take 0.6 to 0.9 GB a day',
      );
  }

  /**
   * @param bytes that the store takes now
   * @param free bytes that are left
   * @returns days; undefined in the first hour, and while the store does not grow
   */
  daysLeft(now: Moment, bytes: number | undefined, free: number | undefined): number | undefined {
    if (bytes === undefined || this.#first === undefined) return undefined;
    const passed = now - this.#first.at;
    const grown = bytes - this.#first.bytes;
    if (free === undefined || passed < LEAST || grown <= 0) return undefined;
    return (free / grown) * (passed / DAY);
  }
}
