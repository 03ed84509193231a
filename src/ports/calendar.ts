import type { CronSchedule } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';

/** Knows cron expressions. */
export interface Calendar {
  /**
   * The first instant after `after` at which a heartbeat is expected. A local time that the clocks show twice counts
   * once, at the first; one that they skip counts as long after the change as it would have been.
   *
   * @returns undefined if none comes within 40 years
   */
  next(schedule: Pick<CronSchedule, 'cron' | 'timeZone'>, after: Instant): Instant | undefined;
}
