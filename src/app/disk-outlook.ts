import { toMillis, type Moment } from '../domain/time.js';

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
