/** One axis: the place of a value between its ends, from 0 to 1, and the places of its lines. */
export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** From zero to a round number not below the largest value, in steps that are easy to read. */
export function linearAxis(values: readonly number[], steps = 4): Axis {
  const most = Math.max(...values);
  const step = roundStep(most > 0 ? most / steps : 1);
  const top = step * Math.max(1, Math.ceil(most / step));
  return {
    at: (value) => value / top,
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
  };
}

/** The smallest number of the form 1, 2, 2.5 or 5 times a power of ten that is not below the value. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const digit = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10;
  return digit * power;
}

/** A logarithmic axis. Its lines are the powers of ten and, if those are few, 2 and 5 times them. */
export function logarithmicAxis(values: readonly number[], { fine = false } = {}): Axis {
  const multiples = fine ? [1, 2, 5] : [1];
  const candidates: number[] = [];
  for (
    let power = Math.floor(Math.log10(Math.min(...values)));
    10 ** power <= Math.max(...values) * 10;
    power++
  ) {
    candidates.push(...multiples.map((multiple) => multiple * 10 ** power));
  }
  const from = candidates.findLast((tick) => tick <= Math.min(...values)) ?? 1;
  const to = candidates.find((tick) => tick >= Math.max(...values)) ?? 10;
  const ticks = candidates.filter((tick) => tick >= from && tick <= to);
  const length = Math.log10(to / from) || 1;
  return { at: (value) => Math.log10(value / from) / length, ticks };
}
