import { sameTimeout, type Timeout } from './timeout.js';
import type { Millis } from './time.js';

/** A heartbeat is expected at most this long after the last one, by the monotonic clock. */
interface IntervalSchedule {
  readonly every: Millis;
  /** The node has failed this long after it became late. */
  readonly grace: Millis;
}

/** A heartbeat is expected at the times of cron expressions, by the wall clock. */
export interface CronSchedule {
  /** Five fields each: minute, hour, day of the month, month, day of the week. At least one. */
  readonly cron: readonly string[];
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
  /** The node has failed this long after it became late. */
  readonly grace: Millis;
}

/** When heartbeats of a job are expected. */
export type Schedule = IntervalSchedule | CronSchedule;

/** What decides when a node misses a heartbeat. */
export type Timing = Timeout | Schedule;

/** The grace of a schedule that gives none. As healthchecks has it. */
export const GRACE: Millis = 3_600_000;

/** A scheduled node is late once, and then it fails. */
const RETRIES_OF_SCHEDULED = 1;

export function isCron(schedule: Timing): schedule is CronSchedule {
  return typeof schedule === 'object' && 'cron' in schedule;
}

export function isSchedule(timing: Timing): timing is Schedule {
  return typeof timing === 'object' && 'grace' in timing;
}

export function timingOf(
  { schedule, timeout }: { readonly schedule?: Schedule | undefined; readonly timeout: Timeout | undefined },
  defaults: { readonly timeout: Millis },
): Timing {
  return schedule ?? timeout ?? defaults.timeout;
}

/** How long a job may take, and a scheduled heartbeat may be late. */
export function graceOf({
  schedule,
  grace = GRACE,
}: {
  readonly schedule?: Schedule | undefined;
  readonly grace?: Millis | undefined;
}): Millis {
  return schedule?.grace ?? grace;
}

export function maxRetriesOf(
  {
    schedule,
    maxRetries,
  }: { readonly schedule?: Schedule | undefined; readonly maxRetries: number | undefined },
  defaults: { readonly maxRetries: number },
): number {
  return schedule === undefined ? (maxRetries ?? defaults.maxRetries) : RETRIES_OF_SCHEDULED;
}

/** The time to the next deadline: from a heartbeat, or from becoming late. A cron schedule gives only its grace. */
export function waitOf(timing: Schedule, isLate: boolean): Millis {
  return isLate || isCron(timing) ? timing.grace : timing.every;
}

/** The farthest that a deadline can be, if a late node was given its interval again. */
export function longestWaitOf(timing: Schedule, isLate: boolean): Millis {
  if (isCron(timing)) return Infinity;
  return isLate ? timing.every + timing.grace : timing.every;
}

export function sameTiming(one: Timing, other: Timing): boolean {
  if (isSchedule(one)) return isSchedule(other) && sameSchedule(one, other);
  return !isSchedule(other) && sameTimeout(one, other);
}

export function sameSchedule(one: Schedule | undefined, other: Schedule | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.grace !== other.grace) return false;
  if (!isCron(one) || !isCron(other)) return !isCron(one) && !isCron(other) && one.every === other.every;
  return (
    one.timeZone === other.timeZone &&
    one.cron.length === other.cron.length &&
    one.cron.every((expression, at) => expression === other.cron[at])
  );
}
