import { instant, type Instant, type Millis } from './time.js';
import { noTime, type TimeSink, type Uptime } from './uptime.js';

/** The clocks of every time zone since 1972 differ from UTC by a multiple of this, so no local day begins within one. */
export const QUARTER: Millis = 900_000;
/** Of a UTC day. */
export const QUARTERS = 96;
export const UTC_DAY: Millis = QUARTERS * QUARTER;

const WHATS = [
  'active',
  'inactive',
  'failed',
  'paused',
  'blind',
  'maintenance',
  'silenced',
] as const satisfies readonly (keyof Uptime)[];
const FIELDS = WHATS.length + 1;

/** Quarters of an hour, one after the other, of which each had the same. */
interface AlikeQuarters {
  readonly count: number;
  /** Of each of them. */
  readonly uptime: Uptime;
  /** Incidents that began in each of them. */
  readonly incidents: number;
}

/** The uptime of one node on one UTC day, by quarters of an hour. See decision 219. */
export interface UptimeDay {
  /** Its first midnight. */
  readonly from: Instant;
  /** All 96 of them. Those in which the node was not registered had no time. */
  readonly quarters: readonly AlikeQuarters[];
}

/** What is known of the uptime of all nodes, and from where. */
export interface UptimeMarks {
  /** Every earlier day is stored, of each node. Undefined before the first. */
  readonly storedTo: Instant | undefined;
  /** Earlier flips were pruned. Undefined while none were. */
  readonly flipsFrom: Instant | undefined;
}

/** The beginning of the UTC day. */
export function utcDayOf(at: number): Instant {
  return instant(Math.floor(at / UTC_DAY) * UTC_DAY);
}

/**
 * Until when flips may be pruned: whole days, and only days that are stored. Undefined while none are.
 *
 * @param before what is older is past its retention
 */
export function prunablePast(before: Instant, { storedTo }: UptimeMarks): Instant | undefined {
  return storedTo === undefined ? undefined : instant(Math.min(utcDayOf(before), storedTo));
}

/** Adds up the times of one node by quarters of an hour. */
export class UptimeDays {
  readonly #from: Instant;
  readonly #counts: Float64Array;

  /**
   * @param from the beginning of a UTC day
   * @param to likewise
   */
  constructor(from: Instant, to: Instant) {
    this.#from = from;
    this.#counts = new Float64Array(((to - from) / QUARTER) * FIELDS);
  }

  readonly add: TimeSink = (what, from, to) => {
    const field = WHATS.indexOf(what);
    for (let begin: number = from; begin < to;) {
      const quarter = this.#quarterOf(begin);
      const end = Math.min(to, this.#from + (quarter + 1) * QUARTER);
      this.#increase(quarter, field, end - begin);
      begin = end;
    }
  };

  /** An incident began. */
  addIncident(at: Instant): void {
    this.#increase(this.#quarterOf(at), FIELDS - 1, 1);
  }

  all(): readonly UptimeDay[] {
    const size = QUARTERS * FIELDS;
    return Array.from({ length: this.#counts.length / size }, (_, index) => ({
      from: instant(this.#from + index * UTC_DAY),
      quarters: alike(this.#counts.subarray(index * size, (index + 1) * size)),
    }));
  }

  #quarterOf(at: number): number {
    return Math.floor((at - this.#from) / QUARTER);
  }

  #increase(quarter: number, field: number, by: number): void {
    const index = quarter * FIELDS + field;
    this.#counts[index] = (this.#counts[index] ?? 0) + by;
  }
}

/** The quarters of a day, those that are alike together. */
function alike(counts: Float64Array): readonly AlikeQuarters[] {
  const runs: { -readonly [Name in keyof AlikeQuarters]: AlikeQuarters[Name] }[] = [];
  for (let at = 0; at < counts.length; at += FIELDS) {
    const last = runs.at(-1);
    const isAlike =
      last !== undefined &&
      last.incidents === counts[at + FIELDS - 1] &&
      WHATS.every((what, field) => last.uptime[what] === counts[at + field]);
    if (isAlike) {
      last.count++;
      continue;
    }
    const uptime = noTime();
    for (const [field, what] of WHATS.entries()) uptime[what] = counts[at + field] ?? 0;
    runs.push({ count: 1, uptime, incidents: counts[at + FIELDS - 1] ?? 0 });
  }
  return runs;
}

/** What a day had in total. */
export function totalsOf({ quarters }: UptimeDay): { readonly uptime: Uptime; readonly incidents: number } {
  const uptime = noTime();
  let incidents = 0;
  for (const each of quarters) {
    for (const what of WHATS) uptime[what] += each.count * each.uptime[what];
    incidents += each.count * each.incidents;
  }
  return { uptime, incidents };
}

/**
 * Tells the times of a stored day within a range. Of a quarter that the range cuts, it tells as large a share of each
 * time. Of a quarter with several states, their order is not known.
 *
 * @param began called with incidents that began
 */
export function tellDay(
  { from, quarters }: UptimeDay,
  range: { readonly from: Instant; readonly to: Instant },
  sink: TimeSink,
  began: (at: Instant, incidents: number) => void,
): void {
  let begin: number = from;
  for (const run of quarters) {
    const end = begin + run.count * QUARTER;
    const within = { from: Math.max(begin, range.from), to: Math.min(end, range.to) };
    const only = WHATS.find((what) => run.uptime[what] === QUARTER && what !== 'silenced');
    const isWhole = only !== undefined && run.uptime.silenced % QUARTER === 0 && run.incidents === 0;
    if (within.from >= within.to) {
      // Nothing of it is in the range.
    } else if (isWhole) {
      const [first, last] = [instant(within.from), instant(within.to)];
      sink(only, first, last);
      if (run.uptime.silenced === QUARTER) sink('silenced', first, last);
    } else
      for (let at = begin; at < end; at += QUARTER)
        tellQuarter(
          run,
          { from: Math.max(at, range.from), to: Math.min(at + QUARTER, range.to) },
          sink,
          began,
        );
    begin = end;
  }
}

function tellQuarter(
  { uptime, incidents }: AlikeQuarters,
  { from, to }: { readonly from: number; readonly to: number },
  sink: TimeSink,
  began: (at: Instant, incidents: number) => void,
): void {
  if (from >= to) return;
  if (incidents > 0) began(instant(from), incidents);
  let begin = instant(from);
  for (const what of WHATS) {
    const time = Math.round((uptime[what] * (to - from)) / QUARTER);
    const first = what === 'silenced' ? instant(from) : begin;
    const last = instant(Math.min(to, first + time));
    if (last > first) sink(what, first, last);
    if (what !== 'silenced') begin = last;
  }
}
