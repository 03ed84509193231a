import { beginningOfDay, hasMoreDays } from '../domain/local-days.js';
import { instant, type Instant } from '../domain/time.js';
import { MOST_DAYS, type UptimeRequest } from '../domain/uptime-report.js';

/** What a caller says of the range of a report. */
export interface AskedRange {
  /** Days, the present one included. */
  readonly period?: number | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

const DAYS_OF = { d: 1, w: 7 } as const;
/** The syntax of a period. */
export const PERIOD = '^[1-9][0-9]{0,2}[dw]$';
const SHAPE = new RegExp(PERIOD);
/** Days, if no range is given. */
const USUAL = 90;

/** Reads `90d` or `12w`. @returns days; undefined for anything else, and for more than a report may have */
export function parsePeriod(text: string): number | undefined {
  if (!SHAPE.test(text)) return undefined;
  const days = Number(text.slice(0, -1)) * (text.endsWith('w') ? DAYS_OF.w : DAYS_OF.d);
  return days <= MOST_DAYS ? days : undefined;
}

/**
 * The range of a report: a period of whole days until now, or from one instant to another.
 *
 * @returns what is wrong with it, as a key of the problems
 */
export function rangeOf(
  { period, from, to }: AskedRange,
  timeZone: string,
  now: Instant,
): Pick<UptimeRequest, 'from' | 'to'> | 'bothRanges' | 'backwards' | 'longRange' {
  if (period !== undefined && (from !== undefined || to !== undefined)) return 'bothRanges';
  const end = instant(Math.min(to ?? now, now));
  const begin = from ?? beginningOfDay(timeZone, end, (period ?? USUAL) - 1);
  if (from !== undefined && to !== undefined && from > to) return 'backwards';
  if (hasMoreDays(begin, end, MOST_DAYS)) return 'longRange';
  return { from: instant(Math.min(begin, end)), to: end };
}
