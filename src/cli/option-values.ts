import type { Seconds } from '../domain/time.js';

/** NaN for anything but plain decimal notation: `Number` would also take '', '0x10' and '1e9'. */
export function decimal(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
}

export function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** A whole number from 1; undefined for anything else. */
export function count(text: string): number | undefined {
  const value = decimal(text);
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

const UNITS: Readonly<Record<string, Seconds>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A duration in seconds, or with a unit as in `90m`; undefined for anything else. */
export function secondsIn(text: string): Seconds | undefined {
  const unit = UNITS[text.slice(-1)];
  const value = decimal(unit === undefined ? text : text.slice(0, -1)) * (unit ?? 1);
  return value > 0 ? value : undefined;
}

/** What is wrong with an option that is a duration, if it is given. */
export function durationProblems(option: string, text: string | undefined): readonly string[] {
  return text === undefined || secondsIn(text) !== undefined
    ? []
    : [`--${option} must be a number of seconds, or with a unit as in 90m, not '${text}'`];
}
