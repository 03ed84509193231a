import type { Instant, Millis } from './time.js';

/** From one instant to another. */
interface FixedWindow {
  readonly matchers: readonly string[];
  readonly reason?: string | undefined;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** From each time of cron expressions on, by the wall clock. */
interface RecurringWindow {
  readonly matchers: readonly string[];
  readonly reason?: string | undefined;
  /** Five fields each; see `CronSchedule`. */
  readonly cron: readonly string[];
  /** How long each lasts. */
  readonly duration: Millis;
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
}

/** A time of planned work on nodes, as the configuration gives it. */
export type MaintenanceWindow = FixedWindow | RecurringWindow;

/** Names a window: one that is changed is another. */
export function keyOf(window: MaintenanceWindow): string {
  const { matchers, reason } = window;
  return 'cron' in window
    ? JSON.stringify({
        matchers,
        cron: window.cron,
        duration: window.duration,
        time_zone: window.timeZone,
        reason,
      })
    : JSON.stringify({ matchers, starts_at: window.startsAt, ends_at: window.endsAt, reason });
}
