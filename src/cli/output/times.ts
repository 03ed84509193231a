import { toMillis, type Millis } from '../../domain/time.js';
import type { Screen } from './screen.js';

const SECOND: Millis = 1000;
const UNITS = [
  ['d', 86_400 * SECOND],
  ['h', 3600 * SECOND],
  ['min', 60 * SECOND],
  ['s', SECOND],
] as const;

/** A duration in its two largest units, such as `2 d 3 h`. */
export function durationText(time: Millis): string {
  const rounded = Math.max(0, Math.round(time / SECOND)) * SECOND;
  if (time > 0 && time < 10 * SECOND) return `${Number((time / SECOND).toFixed(1))} s`;
  const first = UNITS.findIndex(([, unit]) => rounded >= unit);
  if (first < 0) return '0 s';
  let rest = rounded;
  return UNITS.slice(first, first + 2)
    .flatMap(([name, unit]) => {
      const count = Math.floor(rest / unit);
      rest -= count * unit;
      return count === 0 ? [] : [`${count} ${name}`];
    })
    .join(' ');
}

/** An instant: on a terminal how long ago it was, or how far it is; in a pipe in ISO 8601. */
export function instant(screen: Screen, at: Date | null | undefined): string | undefined {
  if (at === undefined || at === null) return undefined;
  if (!screen.isTerminal) return at.toISOString();
  const age = screen.now.getTime() - at.getTime();
  return age < 0 ? `in ${durationText(-age)}` : `${durationText(age)} ago`;
}

/** An instant on the clock: on a terminal in local time; in a pipe in ISO 8601. */
export function clockTime({ isTerminal }: Screen, at: Date): string {
  if (!isTerminal) return at.toISOString();
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Seconds as the API shows them; in a pipe a plain number. */
export function seconds(screen: Screen, value: number | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return screen.isTerminal ? durationText(toMillis(value)) : String(value);
}
