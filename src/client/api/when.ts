/** An instant that is asked for: a `Date`, Unix seconds, ISO 8601, or a time before now such as `-1h`. */
export type When = Date | number | string;

/** An instant in Unix seconds, to a millisecond. */
export function secondsOf(date: Date): number {
  return date.getTime() / 1000;
}
