/** What a time axis shows. All times in milliseconds. */
export interface TimeRange {
  readonly span: number;
  /** Undefined: now, however late it gets. */
  readonly end: number | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SHORTEST = MINUTE;
const LONGEST = 92 * DAY;

/** The spans to choose from. */
export const SPANS = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY] as const;
const DEFAULT = 6 * HOUR;

/** What the address says of it: `span` and `end`, in seconds. */
export function rangeIn(query: URLSearchParams): TimeRange {
  const span = Number(query.get('span')) * 1000;
  const end = Number(query.get('end')) * 1000;
  return {
    span: span > 0 ? within(span) : DEFAULT,
    end: end > 0 && Number.isFinite(end) ? end : undefined,
  };
}

/** The parameters of the address. */
export function queryFor({ span, end }: TimeRange): Readonly<Record<string, string | undefined>> {
  return {
    span: span === DEFAULT ? undefined : String(Math.round(span / 1000)),
    end: end === undefined ? undefined : String(Math.round(end / 1000)),
  };
}

export function endsOf(
  { span, end }: TimeRange,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = Math.min(end ?? now, now);
  return { from: to - span, to };
}

/**
 * Shows a shorter time, or a longer one.
 *
 * @param factor of the span: 0.5 shows half
 * @param anchor stays where it is on the axis
 */
export function zoomed(range: TimeRange, factor: number, anchor: number, now: number): TimeRange {
  const { from } = endsOf(range, now);
  const span = within(range.span * factor);
  const share = (anchor - from) / range.span;
  return ending(span, anchor + span * (1 - share), now);
}

/** @param shift milliseconds; earlier ones are negative */
export function moved(range: TimeRange, shift: number, now: number): TimeRange {
  return ending(range.span, endsOf(range, now).to + shift, now);
}

function ending(span: number, end: number, now: number): TimeRange {
  // Whoever comes near to the present follows it.
  return { span, end: end >= now - span / 100 ? undefined : end };
}

function within(span: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, span));
}

const STEPS = [
  ...[5_000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
];

/** Where the axis has a line, by the clocks of the reader. */
export interface Tick {
  readonly at: number;
  readonly kind: 'second' | 'minute' | 'day';
}

/** @param most how many there is room for */
export function ticksOf(from: number, to: number, most: number): readonly Tick[] {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? 28 * DAY;
  const midnight = new Date(from);
  midnight.setHours(0, 0, 0, 0);
  const ticks: Tick[] = [];
  if (step >= DAY) {
    for (const day = midnight; day.getTime() <= to; day.setDate(day.getDate() + step / DAY))
      if (day.getTime() >= from) ticks.push({ at: day.getTime(), kind: 'day' });
    return ticks;
  }
  const first = midnight.getTime() + Math.ceil((from - midnight.getTime()) / step) * step;
  for (let at = first; at <= to; at += step) {
    const isMidnight = step >= HOUR && new Date(at).getHours() === 0;
    ticks.push({ at, kind: isMidnight ? 'day' : step < MINUTE ? 'second' : 'minute' });
  }
  return ticks;
}
