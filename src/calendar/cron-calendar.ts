import type { CronSchedule } from '../domain/schedule.js';
import { instant, type Instant, type Millis } from '../domain/time.js';
import { instantOf, offsetAt } from '../domain/time-zone.js';
import type { Calendar } from '../ports/calendar.js';
import { CronExpression } from './cron-expression.js';

/** What was read of a schedule, and its last result: jobs of one schedule ask for the same again and again. */
interface Known {
  readonly expressions: readonly CronExpression[];
  from: number;
  next: Instant | undefined;
}

/** The most schedules kept. One takes some 5 kB for each expression. */
const MOST_KNOWN = 1000;
const DAY: Millis = 86_400_000;
/** What comes later comes too late to be of use. The rarest days come within so many years. */
const LONGEST_WAIT: Millis = 40 * 366 * DAY;
/** A day that is skipped has so many minutes, and no change of the clocks is longer. */
const MOST_TRIED = 1500;

/** Knows when cron expressions come, in any time zone. */
export class CronCalendar implements Calendar {
  readonly #known = new Map<string, Known>();

  next(schedule: Pick<CronSchedule, 'cron' | 'timeZone'>, after: Instant): Instant | undefined {
    const known = this.#read(schedule);
    if (after >= known.from && after < (known.next ?? -Infinity)) return known.next;
    const found = known.expressions.map((expression) => nextOf(expression, schedule.timeZone, after));
    const next = Math.min(...found.map((at) => at ?? Infinity));
    known.from = after;
    known.next = next - after > LONGEST_WAIT ? undefined : instant(next);
    return known.next;
  }

  #read({ cron, timeZone }: Pick<CronSchedule, 'cron' | 'timeZone'>): Known {
    const key = [timeZone, ...cron].join('\n');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made: Known = {
      expressions: cron.map((text) => new CronExpression(text)),
      from: Infinity,
      next: undefined,
    };
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= MOST_KNOWN) this.#known.delete(oldest);
    this.#known.set(key, made);
    return made;
  }
}

/**
 * Local times are tried in their order. Those that the clocks skip come later than some behind them, so the search goes
 * on to the first that is not skipped.
 */
function nextOf(expression: CronExpression, zone: string, after: Instant): Instant | undefined {
  // The clocks may have been put forward since yesterday: what they skipped then may still be to come.
  const offset = Math.min(offsetAt(zone, instant(after - DAY)), offsetAt(zone, after));
  let local: number | undefined = after + offset;
  let first: Instant | undefined;
  for (let tried = 0; tried < MOST_TRIED; tried++) {
    local = expression.next(local);
    if (local === undefined) return first;
    const { at, isSkipped } = instantOf(zone, local);
    if (at <= after) continue;
    if (first === undefined || at < first) first = at;
    if (!isSkipped) return first;
  }
  return first;
}
