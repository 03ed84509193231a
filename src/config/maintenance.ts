import { isRecord } from '../domain/is-record.js';
import * as z from 'zod';
import type { MaintenanceWindow } from '../domain/maintenance.js';
import { toMillis } from '../domain/time.js';
import { expressions, timeZone, UTC } from '../views/schedule.js';
import { fixedInstant, matchersOf, reasonOf } from '../views/silence-view.js';
import type { ShownAuth } from './auth/auth.js';
import { problemsOf, type GivenSection } from './setting-problems.js';

const DAY = 86_400;
/** Seconds. */
const SHORTEST = 1;
const LONGEST = 31 * DAY;
const MOST_WINDOWS = 1000;
const NO_DURATION = `must be a number of seconds from ${SHORTEST} to ${LONGEST}`;

const common = { matchers: matchersOf, reason: reasonOf.optional() };

const fixed = z
  .strictObject({ ...common, starts_at: fixedInstant, ends_at: fixedInstant })
  .superRefine(({ starts_at: from, ends_at: to }, context) => {
    if (to <= from)
      context.addIssue({ code: 'custom', path: ['ends_at'], message: 'must be later than starts_at' });
  });

const recurring = z.strictObject({
  ...common,
  cron: expressions,
  duration: z.number(NO_DURATION).min(SHORTEST, NO_DURATION).max(LONGEST, NO_DURATION),
  time_zone: timeZone,
});

const FIXED = Object.keys(fixed.shape);
const RECURRING = Object.keys(recurring.shape);

export interface ReadMaintenance {
  readonly windows: readonly MaintenanceWindow[];
  /** The same as they were written. */
  readonly shown: readonly ShownAuth[];
  readonly problems: readonly string[];
}

/** Checks every maintenance window. */
export function readMaintenance(given: GivenSection | undefined): ReadMaintenance {
  if (given === undefined || given.value === null || given.value === undefined)
    return { windows: [], shown: [], problems: [] };
  const { value, path, lineOf } = given;
  const placed = (at: readonly PropertyKey[], problem: string): string =>
    `${['maintenance', ...at].map(String).join('.')}: ${problem} (from ${path}:${lineOf(at)})`;
  const refused = (problem: string) => ({ windows: [], shown: [], problems: [placed([], problem)] });
  if (!Array.isArray(value)) return refused('must be a list of windows');
  if (value.length > MOST_WINDOWS) return refused(`must have at most ${MOST_WINDOWS} windows`);
  const windows: MaintenanceWindow[] = [];
  const shown: ShownAuth[] = [];
  const problems: string[] = [];
  for (const [index, each] of value.entries()) {
    const read = readWindow(each);
    if ('problems' in read)
      for (const { path: at, problem } of read.problems) problems.push(placed([index, ...at], problem));
    else {
      windows.push(read);
      const source = { kind: 'file', path, line: lineOf([index]) } as const;
      if (isRecord(each)) shown.push({ key: `maintenance.${index}`, value: each, source });
    }
  }
  return { windows, shown, problems };
}

function readWindow(
  given: unknown,
): MaintenanceWindow | { readonly problems: ReturnType<typeof problemsOf> } {
  const [isFixed, isRecurring] = isRecord(given)
    ? ['starts_at' in given || 'ends_at' in given, 'cron' in given]
    : [false, false];
  if (isFixed === isRecurring) {
    const problem = 'must have matchers, and either starts_at and ends_at, or cron and duration';
    return { problems: [{ path: [], problem }] };
  }
  if (isFixed) {
    const read = fixed.safeParse(given);
    if (!read.success) return { problems: problemsOf(read.error, FIXED) };
    const { matchers, starts_at: startsAt, ends_at: endsAt, reason } = read.data;
    return { matchers, startsAt, endsAt, reason };
  }
  const read = recurring.safeParse(given);
  if (!read.success) return { problems: problemsOf(read.error, RECURRING) };
  const { matchers, cron, duration, time_zone: zone = UTC, reason } = read.data;
  const list = typeof cron === 'string' ? [cron] : cron;
  return { matchers, cron: list, duration: toMillis(duration), timeZone: zone, reason };
}
