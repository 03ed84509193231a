import type { Config } from '../config/schema.js';
import { toMillis, type Moment } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { bytesIn } from './facts.js';
import type { PartitionRun } from './partition-run.js';

/** Before, a store that has just started to merge its files would say anything. */
const LEAST = toMillis(3_600);
const DAY = toMillis(86_400);

interface Size {
  readonly at: Moment;
  readonly bytes: number;
}

/** For how long the disk has room, if the store grows as it has in the last one to two days. */
export class DiskOutlook {
  /** What the growth is counted from: between one and two days old, as soon as the daemon has run for so long. */
  #from: Size | undefined;
  #next: Size | undefined;

  /** To be called at the start. On a new disk, it says what somebody must know before it is full. */
  async look(
    runs: readonly PartitionRun[],
    clock: Clock,
    logger: Logger,
    { history: { retention } }: Pick<Config, 'history'>,
  ): Promise<void> {
    const bytes = await bytesIn(runs);
    this.daysLeft(clock.now(), bytes, undefined);
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
    if (bytes === undefined) return undefined;
    const size = { at: now, bytes };
    this.#from ??= size;
    this.#next ??= size;
    const { at, bytes: before } = this.#from;
    if (now - this.#next.at >= DAY) {
      this.#from = this.#next;
      this.#next = size;
    }
    const [passed, grown] = [now - at, bytes - before];
    if (free === undefined || passed < LEAST || grown <= 0) return undefined;
    return (free / grown) * (passed / DAY);
  }
}
